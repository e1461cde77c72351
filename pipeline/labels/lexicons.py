"""The phrases that the labelling functions look for.

The words are ours and were weighed on the train part of annotated real quotations: a phrase stayed where it pointed one
way.
"""

from __future__ import annotations

from pipeline.labels.phrases import Phrases

_RULE = (
    r"(?:bans?|banning|crackdowns?|restrictions?|regulations?|moratoriums?|rules?|limits|legislation|controls?|laws?"
    r"|bills?|orders?|decisions?|measures?|tariffs?|moves?|lockdowns?|prohibitions?|mandates?|plans?|proposals?|curbs?)"
)
_WORDS = r"(?:[\w'-]+ )"

DEMANDS = Phrases(
    r"(?:must|should|needs? to|ought to|has to|have to|wants? to|time to|determined to) (?:be )?"
    r"(?:ban(?:ned)?|outlaw(?:ed)?|prohibit(?:ed)?|restrict(?:ed)?|regulated?|block(?:ed)?|curb(?:ed)?|tighten(?:ed)?"
    r"|phased? out|removed?|excluded?|limit(?:ed)?|stop(?:ped)?|crack down|rein in|shut down|keep out)",
    r"will be (?:\w+ly )?(?:banned|prohibited|outlawed|suspended|blocked|barred|removed|fined)",
    r"we (?:will|would|are going to) (?:ban|prohibit|outlaw|block|bar|remove|suspend)",
    rf"(?:tougher|stricter|stronger|tighter) {_WORDS}?{_RULE}",
    r"(?:it's|it is|now is the|high) time to (?:ban|act|stop|regulate|end|get tough)",
    r"enough is enough", r"moratorium", r"loopholes?", r"self-regulation", r"accountability",
)  # fmt: skip
"""A speaker who calls for a restriction, or announces one."""

REFUSALS = Phrases(
    r"we (?:cannot|can't|can not|will not|won't|must not|should not|shouldn't|don't want to) (?:\w+ly )?"
    r"(?:allow|tolerate|accept|let|permit|stand|wait|afford|ignore|continue|trust|risk|have|keep)",
    r"we cannot", r"unacceptable|intolerable", r"zero tolerance", r"(?:cannot|can't|not|never) be trusted",
    r"no place (?:for|in)", r"stand idly by",
)  # fmt: skip
"""A speaker who will not have something go on."""

DANGERS = Phrases(
    r"danger(?:ous|ously|s)?", r"harmful", r"epidemic", r"addict(?:ive|ion|ed|s)", r"deadly|lethal|deaths?",
    r"predatory|predators?", r"exploit(?:s|ing|ation|ed|ative)", r"spy(?:ing)?|espionage", r"untrust(?:ed|worthy)",
    r"unsafe", r"out of control", r"abus(?:e|es|ed|ive)", r"hostile|malign|malicious|adversar(?:y|ies)",
    r"communist", r"national security (?:threat|risk|concern)s?", r"threat(?:s)? (?:to|from|posed)", r"reckless\w*",
    r"catastroph\w+|disastrous", r"manipulat\w+|fraud\w*|decepti\w+", r"monopol\w+", r"terroris\w+",
    r"health crisis|suicid\w+", r"profits? (?:over|before|ahead)", r"toxic|poison\w*", r"mass surveillance",
)  # fmt: skip
"""What a thing that should be restricted is said to be."""

PROTECTION = Phrases(
    r"protect(?:s|ing|ed)? (?:our|the|young|children|kids|people|americans|citizens|consumers|public|privacy|them|us"
    r"|women|workers|those|vulnerable)",
    r"(?:keep|keeping|kept) (?:\w+ ){0,4}(?:safe|safer|secure|away from|out of)", r"public (?:safety|health)",
    r"young people|youth|our (?:children|kids)|children|kids|child safety", r"safety of", r"safeguard(?:s|ing)?",
)  # fmt: skip
"""Whom a restriction is said to protect."""

OBJECTIONS = Phrases(
    r"(?:should|must|need)(?:n't| not) (?:be )?(?:ban(?:ned)?|outlaw(?:ed)?|prohibit(?:ed)?|restrict(?:ed)?|regulated?"
    r"|block(?:ed)?|punish(?:ed)?)",
    r"unconstitutional\w*|un-american|unlawful\w*", r"overreach\w*|heavy-handed|draconian|knee-jerk|misguided",
    r"counter-?productive|disproportionate\w*|excessive|onerous|overbroad|too (?:far|broad)|sweeping",
    r"baseless|groundless|unfounded|unsubstantiated|without (?:any )?(?:basis|evidence|merit)",
    r"no (?:evidence|proof|basis|justification)", r"politically motivated|political (?:stunt|theat\w+)",
    r"protectionis\w+|scapegoat\w*|persecut\w+|hysteri\w+|paranoi\w+|xenophob\w+|islamophob\w*|bigot\w*|animus"
    r"|demoni[sz]\w+|stigma\w*",
    r"unnecessary|unneeded|unworkable|unenforceable|impractical|ineffective|pointless|futile|prohibition",
    r"(?:bad|terrible) (?:idea|policy|decision|law|bill)|foolish|ridiculous|absurd|nonsense",
    r"slap in the face|slippery slope|witch hunt|big government|nanny state|red tape",
)  # fmt: skip
"""What a rule is said to be by those who are against it."""

_HURT = r"(?:cost|hurt|harm|burden|punish|damage|cripple|devastate|destroy|kill|penali[sz]e|threaten|stifle)"
COSTS = Phrases(
    rf"{_HURT}(?:s|es|ed|ing)? {_WORDS}{{0,4}}(?:consumers?|jobs?|business(?:es)?|workers?|farmers?|econom(?:y|ies)"
    r"|innovation|industr(?:y|ies)|compan(?:y|ies)|competiti\w+|growth|families|customers|users|patients)",
    r"job losses|compliance (?:costs?|burdens?)",
    r"(?:higher|raise|raising|rising|increase[sd]?) (?:the )?(?:prices|costs?)",
    r"unintended consequences?|backfire\w*|black market|chilling effect|stifl\w+",
    r"(?:wo|would|do|does|did)n't (?:work|solve|stop|prevent|make|fix|help|reduce|address)",
    r"(?:will|would|do|does) not (?:work|solve|stop|prevent|make|fix|help|reduce|address)",
    r"countermeasures|necessary measures|see you in court", r"back ?doors?", r"impos(?:e|es|ed|ing)",
)  # fmt: skip
"""What a restriction is said to cost, or not to bring about."""

DEFENCES = Phrases(
    r"law-abiding|gun owners", r"safe and (?:effective|secure|legal|efficient)|(?:perfectly|completely|entirely) safe",
    r"less harmful|safer alternative|alternatives? to", r"(?:false|untrue|inaccurate|misleading) (?:claims?|and)",
    r"compl(?:y|ies|ied) with (?:all|the|applicable|local|every)", r"remains? (?:available|committed|confident)",
    r"(?:we|our) (?:\w+ ){0,3}(?:continue to (?:serve|support|operate|provide|offer|work|invest))",
    r"never (?:been )?(?:asked|shared|received|provided|given|handed)", r"nothing to (?:hide|do with)",
    r"innovation|freedom of choice|personal (?:choice|responsibility|freedom)",
)  # fmt: skip
"""What is said for the vendor, the thing and those who use it."""

BACKING = Phrases(
    rf"(?:support|back|favou?r|endors|welcom|prais|applaud|hail|defend|champion)(?:e|s|ed|es|d|ing)? "
    rf"{_WORDS}{{0,5}}{_RULE}",
    rf"(?:urg|call\w* on|demand|pressur|want|ask)(?:e|ed|s|es|ing)? {_WORDS}{{0,8}}to {_WORDS}?"
    r"(?:ban|block|prohibit|restrict|stop|curb|act|tighten|regulate|end|remove|crack down|protect|limit|take action)",
    rf"(?:call|push|press|campaign)(?:ed|ing|s|es)? {_WORDS}{{0,3}}for {_WORDS}{{0,6}}{_RULE}",
    r"would (?:\w+ )?(?:ban|block|prohibit|restrict|require|bar|outlaw)", r"urg(?:ed|es|ing)",
)  # fmt: skip
"""What reporters say of those who are for a rule."""

OPPOSING = Phrases(
    rf"(?:critici[sz]|condemn|blast|slamm?|denounc|oppos|decri|attack|lambast|challeng|protest|assail|reject|repeal)"
    rf"(?:e|ed|es|s|ing)? {_WORDS}{{0,6}}{_RULE}",
    rf"(?:fights?|fought|fighting|against|opposed to|opponents? of|critics? of|opposition to|lift|lifting|sued over)"
    rf" {_WORDS}{{0,5}}{_RULE}",
    rf"(?:den(?:y|ied|ies|ying)|reject|dismiss|disput|refut)(?:e|ed|es|s|ing)? {_WORDS}{{0,4}}"
    r"(?:allegations?|accusations?|claims?|charges?|concerns|wrongdoing|suggestions?)",
)  # fmt: skip
"""What reporters say of those who are against a rule, or deny what is held against them."""

HEDGES = Phrases(
    r"whether", r"(?:un)?likely", r"probably|perhaps|maybe|possibly", r"(?:do|did|does)(?: not|n't) know|not sure",
    r"hard to (?:say|know|tell)|unclear", r"it depends|depends on|depending", r"remains to be seen|time will tell",
    r"a little|a bit|a lot|sort of|kind of|pretty (?:much|good|well|clear)",
)  # fmt: skip
"""Weighing, guessing, not knowing."""

TALKS = Phrases(
    r"talks?|negotiat\w+|discuss\w+|conversations?|dialogue|meetings?", r"(?:trade )?deal|agreement",
    r"looking into|reviewing|considering|assessing|evaluating|consulting|examining",
)  # fmt: skip
"""Talks, deals, reviews."""

DEBATE = Phrases(
    r"bans?|banned|banning|restrict\w*|prohibit\w*|regulat\w*|laws?|legislation|rules?|block\w*|limit\w*|control\w*"
    r"|tariff\w*|sanction\w*|order|bill|polic(?:y|ies)|measures?|lockdown\w*|legal\w*|illegal\w*|threat\w*|danger\w*"
    r"|harm\w*|risk\w*|safe\w*|secur\w*|protect\w*|stop|must|should|need|freedom|rights?"
)
"""Words without which nobody debates a restriction."""
