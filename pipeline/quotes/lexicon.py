"""Closed word lists of English news prose: reporting verbs, titles, roles, organisations, places, first names.

Lists of facts about the language, not of the articles at hand; each is read by the module that names it.
"""

from __future__ import annotations

from pipeline.quotes.verbs import ATTITUDE_FORMS as ATTITUDE_FORMS
from pipeline.quotes.verbs import CUE_WORDS as CUE_WORDS
from pipeline.quotes.verbs import PHRASAL_VERBS as PHRASAL_VERBS
from pipeline.quotes.verbs import SPEECH_FORMS as SPEECH_FORMS


def words(text: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(text.split())


SAY_FORMS = words("said says say saying told tells added adds wrote writes asked asks tweeted replied noted")
"""Verbs that need no other sign to be a cue."""

NOUN_LIKE = words(
    """
    report reports claim claims charge charges call calls demand demands request requests promise promises state
    states comment comments note notes answer answers pledge pledges estimate estimates vow vows hint hints rule
    rules reply replies post posts question questions mention mentions voice voices label labels brand brands
    object objects reason reasons signal signals quote quotes protest protests praise blame detail details wish
    wishes hope hopes cry cries tweet tweets laugh joke jokes caution counter highlight highlights outline use
    uses view views plan plans order orders support attack attacks fear fears back show shows offer offers sign
    read
    """
)
"""Forms that are nouns at least as often: cues only with a subject right before and an object after."""

BE = words("is are was were be been being am 's 're ’s ’re")
AUXILIARY = words(
    """
    has have had having did does do would could will can may might must should 'd 've 'll ’d ’ve ’ll ’t 't isn
    didn don doesn won wouldn couldn hasn haven hadn wasn weren aren shouldn
    """
)
MODALS = words("will would can could may might must should to 'll ’ll 'd ’d")
"""Words before a verb that does not report but promises, or is wanted."""
ADVERBS = words(
    """
    also then later once recently still again even just now already earlier previously repeatedly publicly
    privately reportedly often never always further famously flatly simply instead however therefore thus both
    all each too first meanwhile today yesterday tonight nonetheless nevertheless only long not n't so yet
    clearly jointly
    """
)

LY_NOUNS = words("family assembly supply reply monopoly rally tally bully anomaly")
"""Nouns that end like an adverb."""

PRONOUNS = {
    "he": "male", "she": "female", "they": "plural", "it": "thing", "him": "male", "her": "female", "them": "plural",
    "himself": "male", "herself": "female",
}  # fmt: skip
DETERMINERS = words(
    """
    the a an one two three four five several some many most other another this that these those his her its
    their our my no any both each every few various such
    """
)
PREPOSITIONS = words(
    """
    of in on at for from with by to during after before since under over about against through between among
    into despite like without within amid as upon until near outside inside toward towards alongside via around
    following per behind across beyond last next
    """
)
CLAUSE_WORDS = words(
    """
    that because while when if although though but and or nor which who whom whose where than whether until how
    what why as after before since unless so once
    """
)
SENTENCE_OPENERS = words(
    """
    the a an this that these those but and or so yet for in on at by to of from with as if when while after
    before since although though because however meanwhile still then now also he she it they we you i his her
    their its our my what who which where why how there here not no nor one two three some many most all both
    each other another such last next first second third later earlier recently today yesterday tomorrow once
    only even just instead moreover nevertheless nonetheless asked speaking according during under over among
    between despite like unlike following until through without within amid about against perhaps maybe yes well
    let do does did is are was were will would can could should may might must have has had be been being get
    got go going come came take took make made see look think know say said says asks ask told tell given unless
    whether every any few several much more less than monday tuesday wednesday thursday friday saturday sunday
    january february march april june july august september october november december mon tue wed thu fri sat
    sun jan feb mar apr jun jul aug sept sep oct nov dec
    """
)
"""Words that a capital at the head of a sentence does not make a name."""

TITLES = words(
    """
    mr mrs ms miss mx dr prof professor sir lord lady dame baroness baron president vice prime minister
    chancellor premier secretary undersecretary senator sen rep representative congressman congresswoman
    governor gov mayor councillor councilman councilwoman judge justice chief general gen lieutenant lt col
    colonel captain capt maj major sgt sergeant admiral adm commander officer sheriff deputy assistant attorney
    ambassador envoy commissioner chairman chairwoman chairperson chair director executive ceo cfo cto coo
    founder co-founder cofounder spokesman spokeswoman spokesperson king queen prince princess pope archbishop
    bishop cardinal rev reverend father sister rabbi imam sheikh leader speaker counsel counselor economist
    analyst engineer researcher lawyer journalist author republican democrat democratic conservative labour
    liberal former ex- acting retired interim outgoing incoming then- junior senior head advisor adviser
    minister's shadow foreign defence defense home trade finance interior health digital treasury commerce state
    national security detective inspector constable agent special corporal private solicitor comptroller whip
    majority minority house senate taoiseach tanaiste presenter host professor-emeritus rapporteur
    undersecretary-general mep mp
    """
)
"""Words before a name that are no part of it (lower-cased, without the full stop)."""
SURE_TITLES = words(
    """
    mr mrs ms miss mx dr prof professor sir lord lady dame baroness president minister chancellor premier
    secretary senator sen rep representative congressman congresswoman governor gov mayor judge justice general
    gen lt col colonel captain capt sgt admiral sheriff attorney ambassador commissioner chairman chairwoman ceo
    founder spokesman spokeswoman spokesperson king queen prince princess pope archbishop bishop rev analyst
    director economist councillor executive officer adviser advisor chair head leader researcher lawyer
    detective inspector engineer
    """
)
SUFFIXES = words("mp mep jr jr. sr sr. phd md qc kc ii iii iv esq cbe obe mbe td msp ms am")
GENDER = {
    "mr": "male", "sir": "male", "lord": "male", "chairman": "male", "spokesman": "male", "congressman": "male",
    "king": "male", "prince": "male", "mrs": "female", "ms": "female", "miss": "female", "lady": "female",
    "dame": "female", "baroness": "female", "chairwoman": "female", "spokeswoman": "female",
    "congresswoman": "female", "queen": "female", "princess": "female", "businesswoman": "female",
}  # fmt: skip
PARTICLES = words("de van von der den la le del di da dos du el al bin ibn ben ter ten e y af av zu d'")

ROLE_NOUNS = words(
    """
    minister president secretary senator governor mayor chairman chairwoman chair chief executive director
    officer official officials spokesman spokeswoman spokesperson analyst analysts expert experts professor
    lawyer lawyers lawmaker lawmakers ambassador envoy diplomat diplomats adviser advisor commissioner judge
    economist researcher researchers scientist engineer founder leader leaders head manager source sources
    person people critic critics activist activists campaigner campaigners advocate advocates resident residents
    journalist author writer reporter editor owner user users student students teacher teachers doctor doctors
    nurse farmer worker workers employee employees investor investors trader politician politicians legislator
    legislators congressman congresswoman representative attorney prosecutor detective investigator
    investigators sheriff general commander veteran admiral aide aides insider strategist consultant consultants
    specialist pundit academic co-author candidate voter voters supporter opponent opponents democrat democrats
    republican republicans mp mps councillor peer whistleblower entrepreneur developer executives partner
    chancellor premier father mother parent parents brother sister son daughter wife husband man woman boy girl
    witness victim historian biologist physicist psychologist technologist cryptographer salesman dealer
    shopkeeper captain host presenter columnist blogger negotiator operator regulator regulators watchdog
    """
)
ORGANISATION_NOUNS = words(
    """
    company firm group vendor maker giant manufacturer operator startup start-up business corporation carrier
    provider supplier retailer platform app network bank brand tech conglomerate developer chipmaker automaker
    carmaker lab studio publisher broadcaster airline telco
    """
)
BODY_NOUNS = words(
    """
    department ministry agency commission committee university court union association government institute
    bureau council authority office administration panel board party foundation organisation organization
    federation service directorate regulator watchdog parliament congress senate house cabinet embassy alliance
    coalition campaign center centre society chamber league report study statement document letter guidance
    policy filing complaint lawsuit memo newspaper magazine paper tribunal police army military church school
    college think-tank charity team staff delegation mission consortium assembly
    """
)
ABBREVIATIONS = words(
    """
    mr mrs ms dr prof sen rep gov gen lt col capt sgt maj adm rev hon st jr sr inc ltd co corp vs etc no dept
    jan feb mar apr jul aug sept sep oct nov dec ave blvd fig al vol ed est approx a.m p.m u.s u.k u.n e.u d.c
    e.g i.e ph.d
    """
)
NAMING = words(
    """
    called so-called known dubbed titled entitled named nicknamed labelled labeled termed codenamed branded
    headlined word words term terms phrase slogan title hashtag nickname acronym book film paper song
    """
)
SPOKESPEOPLE = words("spokesman spokeswoman spokesperson")
DOCUMENTS = words("report study document letter guidance policy filing complaint lawsuit memo paper")
TEXT_NOUNS = words(
    """
    ad advert advertisement tweet email e-mail post article editorial column op-ed essay book video website page poster
    sign banner headline caption footnote survey poll petition order ruling opinion brief motion resolution transcript
    release text message note story piece flyer leaflet pamphlet placard spot voice-over blog entry memoir manifesto
    platform indictment affidavit subpoena summary warning notice plaque chapter
    """
)
"""What reads, says and states, besides the documents among the bodies."""
EPITHETS = words("democrat republican lawmaker congressman congresswoman billionaire politician candidate")
"""Nouns under which a person named before may go on: "the New York Democrat"."""
KINDRED_ROLES = {
    "envoy": {"ambassador", "diplomat"},
    "diplomat": {"ambassador", "envoy"},
    "lawmaker": {"senator", "mp"},
}
"""Role nouns under which an earlier, fuller mention may stand."""
PHRASAL = frozenset({"shot", "went", "goes", "fired", "began", "begins", "points", "pointed", "chimed", "put", "hit"})
"""First halves of reporting verbs of two words ("shot back", "points out")."""
PARTICIPLES = words("written told said put read shown known held spoken")
"""Irregular participles: after "be" they report about their subject, not by it."""


def is_role(word: str) -> bool:
    """Tell whether a lower-cased word names a role ("minister", "vice-president")."""
    return word in ROLE_NOUNS or ("-" in word and word.rpartition("-")[2] in ROLE_NOUNS)


LAW_NOUNS = words("act bill law order rule regulation amendment treaty ordinance directive constitution agreement")
"""Last words in the names of texts that lead sentences and do not speak."""
DAYS = words("monday tuesday wednesday thursday friday saturday sunday today yesterday")
