"""Names of places, people and media, and the words that make up names of organisations."""

from __future__ import annotations

from pipeline.quotes import given_names
from pipeline.quotes.lexicon import words

PLACES = words(
    """
    afghanistan africa america argentina asia australia austria bangladesh beijing belgium berlin brazil
    brazilian britain british brussels california cambodia canada canadian canberra chile china chinese colombia
    congo cuba denmark dutch dubai egypt england english eu europe european finland france french geneva german
    germany ghana greece hawaii hong kong hungary iceland india indian indonesia iran iranian iraq ireland irish
    israel israeli italian italy jakarta japan japanese kabul kenya kiev korea korean kremlin kuwait kyiv latvia
    lebanon libya lithuania london malaysia mexican mexico montreal moscow nairobi nato netherlands nigeria
    norway oslo ottawa pakistan palestine panama paris peru philippines poland polish portugal pyongyang qatar
    riyadh romania rome russia russian saudi scotland scottish seattle senegal seoul serbia shanghai shenzhen
    singapore slovakia spain spanish stockholm sudan sweden swedish sydney syria taipei taiwan tehran texas
    thailand tokyo toronto tunisia turkey uk u.k. ukraine un u.n. us u.s. usa vatican venezuela vietnam wales
    washington wellington york zealand zimbabwe florida ohio michigan virginia iowa nevada arizona georgia
    carolina dakota jersey hampshire oregon colorado utah chicago boston houston dallas denver detroit atlanta
    miami edinburgh glasgow belfast dublin manchester birmingham liverpool americans europeans russians
    """
)
EITHER_NAMES = words(
    """
    ashley kelly jordan lindsey jamie taylor leslie robin kim jean lee sam alex pat chris terry tracy dana courtney
    morgan casey jackie meng chunying wei jun ling mei lou clay glenn dale dean tucker ray joan marie madison logan
    austin jesse stacy shannon dawn jo kay shan hunter parker reed drew blake avery quinn riley rowan sasha nikita
    sidney leigh francis jessie kerry jules kai ari ariel robbie charlie noor
    """
)
MALE_NAMES = words(
    """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony
    mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan
    jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander
    raymond patrick jack dennis jerry tyler aaron jose adam henry nathan douglas zachary peter kyle walter ethan
    jeremy harold keith christian roger noah gerald carl sean arthur lawrence dylan bryan joe billy bruce albert
    willie gabriel alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip johnny tim
    tom jim mike bob bill dan dave steve matt tony ben ken greg jeff josh nick rick ted ron don ed fred simon
    ian graham neil nigel martin colin stuart gordon craig duncan malcolm boris oliver harry hugh leo max luke
    adrian dominic giles rishi barack mitt mitch marco rand newt bernie elon sundar satya jens hans klaus
    wolfgang emmanuel francois pierre luis carlos miguel pedro antonio mario giovanni luca viktor vladimir
    sergei dmitri igor ivan andrei abdul ahmed ali hassan omar mohammed muhammad mohamed ibrahim yusuf raj
    sanjay amit rahul hiroshi kenji tobias tomas lars erik sven olaf piers rupert rory callum angus ewan hamish
    ross gavin darren wilbur evan todd chad brad kurt doug phil stan norm wes
    """
) | (given_names.MALE - EITHER_NAMES)
FEMALE_NAMES = words(
    """
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra
    kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen
    amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn
    janet catherine maria heather diane ruth julie olivia joyce victoria lauren christina evelyn judith megan
    andrea cheryl hannah jacqueline martha gloria teresa ann sara frances kathryn janice abigail alice julia
    judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany
    charlotte kayla alexis lori hillary ursula margrethe jacinda priti liz kate claire fiona gillian harriet
    yvette nicola dianne elaine eva ingrid katrin sabine anne annette birgit francesca giulia sofia lucia carmen
    ana elena olga tatiana natasha irina svetlana fatima aisha leila yasmin priya anjali yuki sakura gina wendy
    kirstjen loretta kamala condoleezza melania ivanka alexandria jen sally sue tina penny holly molly lucy
    chloe zoe jane joanna josephine dorothy edith rosa meghan erin tammy paula valerie vanessa
    """
) | (given_names.FEMALE - EITHER_NAMES)
MEDIA = words(
    """
    reuters ap afp cnn bbc cnbc nbc cbs abc fox bloomberg npr politico axios vox guardian times post telegraph
    journal magazine newspaper daily herald tribune independent observer mirror verge wired techcrunch yahoo
    msnbc xinhua nikkei newsweek itv today forbes fortune vice buzzfeed techradar recode engadget register
    gizmodo slate atlantic
    """
)
"""Words in the names of newspapers and broadcasters: they quote more often than they speak."""
ORG_TOKENS = words(
    """
    inc ltd llc plc corp corporation co company group holdings technologies technology systems bank university
    college school institute ministry department agency commission committee council union association
    federation foundation office bureau board court party parliament congress senate house administration
    authority service services center centre police times post journal news press guardian telegraph herald
    tribune network radio tv television media security intelligence international national street road avenue
    act bill law state states kingdom republic city county pentagon kremlin lab labs software airlines motors
    industries electronics telecom mobile wireless energy oil campaign coalition alliance society league chamber
    trust fund forum review magazine daily weekly hall airport hospital church museum river mountain lake island
    islands north south east west western eastern northern southern african american european british chinese
    russian day war awards prize cup summit conference treaty accord agreement constitution amendment supreme
    federal first
    """
)
COMPANY_TOKENS = words(
    """
    technologies technology systems dynamics optics labs laboratories group holdings motors networks software
    electronics robotics media mobile energy pharma pharmaceuticals industries solutions airlines wireless
    telecom international corporation corp inc ltd company
    """
)
"""Second words of company names."""
NATIONS = {
    "american": "United States", "australian": "Australia", "austrian": "Austria", "belgian": "Belgium",
    "brazilian": "Brazil", "british": "Britain", "canadian": "Canada", "chinese": "China", "czech": "Czech Republic",
    "danish": "Denmark", "dutch": "Netherlands", "egyptian": "Egypt", "english": "England", "european": "Europe",
    "finnish": "Finland", "french": "France", "german": "Germany", "greek": "Greece", "hungarian": "Hungary",
    "indian": "India", "indonesian": "Indonesia", "iranian": "Iran", "iraqi": "Iraq", "irish": "Ireland",
    "israeli": "Israel", "italian": "Italy", "japanese": "Japan", "kenyan": "Kenya", "korean": "Korea",
    "malaysian": "Malaysia", "mexican": "Mexico", "nigerian": "Nigeria", "norwegian": "Norway",
    "pakistani": "Pakistan", "palestinian": "Palestine", "philippine": "Philippines", "polish": "Poland",
    "portuguese": "Portugal", "romanian": "Romania", "russian": "Russia", "saudi": "Saudi Arabia",
    "scottish": "Scotland", "serbian": "Serbia", "slovak": "Slovakia", "spanish": "Spain", "swedish": "Sweden",
    "swiss": "Switzerland", "syrian": "Syria", "taiwanese": "Taiwan", "thai": "Thailand", "turkish": "Turkey",
    "ukrainian": "Ukraine", "vietnamese": "Vietnam", "welsh": "Wales",
}  # fmt: skip
"""Nations by the adjectives that stand for them before an office."""

FIRST_NAMES = MALE_NAMES | FEMALE_NAMES | EITHER_NAMES
