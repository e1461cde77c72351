"""Given names of many languages by the gender that they mostly go with; those common to both stand in neither list."""

from __future__ import annotations

from pipeline.quotes.lexicon import words

MALE = words(
    """
    aarav abbas abdullah abdulrahman abe abel abhishek abraham ade adam adil adolfo adrien ahmad ajay ajit akash
    akhil akira al alain alan alasdair albin aldo alec aleksander aleksandr alessandro alexandre alexei alexey
    alfonso alfred alfredo alistair alok alonso alvaro alvin amadou amar amir amos anand anatoly anders andre
    andreas andré andrej andrew andrés andy angelo ankur anselm antoine anton antonin antony antónio anwar archie
    arend ari arif arjun arlen armand armando arne arnold arthur arturo arun arvind asad ashok ashwin asif atif
    augustin aurelio avi axel aziz babajide barnaby barney barry bart bartholomew bashir basil bastian bela benedict
    benito benoit bernard bernardo bert bertrand beto bilal bjarne björn bo bogdan brendan bret brett bruno bryce
    burt byron caleb calvin cameron carlo carsten cecil cedric cesar chaim charlie chester chidi chike chinedu
    christoph christophe christos chuck clarence clark claudio clemens clifford clint clive cole colm conor conrad
    corey cornelius cory craig cristian curtis cyril cyrus damian damien danilo danny dante darko darius dariusz
    dario darrell daryl davey david declan deepak denis derek dermot derrick desmond dev diego dieter dimitri
    dimitris dinesh dirk dmitry domenico donald donncha donovan dougal duane dwayne dwight earl eamon eamonn
    ebenezer ed eddie edgar edmund eduardo edwin efraim egon einar eitan elias eliot elliot elliott elmer emanuele
    emeka emil emile emilio emmett emre ephraim eric erich ernest ernesto ernst ervin esteban etienne eugenio evan
    everett ezekiel ezra fabian fabio fahad faisal farid farhad federico felipe felix ferdinand fergus fernando
    filip filippo finn florian floyd francesco francis francisco franco francois françois franklin franz freddie
    freddy frederic frederick frederik friedrich fritz gareth garrett garry gaurav gavin gennady geoff geoffrey
    georg georges gerard gerardo gerhard gerry giacomo gianluca gideon gilbert gilberto gildas giorgio giuseppe
    godfrey gonzalo goran gottfried grant grover guido guillaume guillermo gunnar gunther gus gustav gustavo guy
    habib hakan hakim hal hamid hamza hank hannes hans-peter harald hari harish harold harrison harvey hector
    heinrich heinz helge helmut hendrik henning henri henrik henrique herbert herman hermann herman herve homer
    horace horacio horst howard hugo humberto humphrey hussein ian iain ibrahima ichiro ignacio igor ike ilan ilya
    imran ingo ioannis irfan irving isaac isaiah isamu ismail ivo jaap jack jacek jacinto jacob jacques jai jaime
    jair jake jakob jakub jamal jan janusz jared jarek jaroslav javier jean-baptiste jean-claude jean-luc jean-marc
    jean-paul jean-pierre jed jeb jedediah jeff jens jensen jerome jethro jim jimmy joachim joakim joao joaquin
    jochen joel johan johannes jon jonah jonas jonny jorge jorgen joris josef josep joshua josiah joão juergen
    julian julio jun-ho jurgen justus jörg jürgen kabir kai kamal karel karim karl karl-heinz kaspar kasper kazuo
    keir keiran ken kent kevin khalid kieran kofi koji konrad konstantin krishna krzysztof kunal kurt kwame kwesi
    lachlan lamar lance laszlo laurence laurent lauri lavrenti lazaro leif leigh lennart leon leonard leonardo
    leonid leopold lev lewis liam lionel lloyd lorenz lorenzo lothar louie lucas luciano lucien ludwig luigi lukas
    lukasz luther lyle lyndon maarten magnus mahmoud malik manfred manoj manuel marc marcel marcelo marcin marcus
    marek mariano marius markus marlon marshall martijn martin marty martín marvin masahiro mateo mateusz mathias
    mathieu mathis mats matteo matthias matthieu mauricio maurice maurizio mauro maxim maxime maximilian maxwell
    mehdi mehmet mel melvin mert mervyn mihai miguel mikael mikhail mikko milan miles milos milton miroslav mitchell
    moe mohan mohsen moises moritz morris mortimer morten moses moshe moussa muhammed murat murray mustafa nadeem
    naftali naoki narendra nasser nathaniel naveed ned neal nelson nestor neville nicholas nick nicky nico nicolai
    nicolas nicolás niels nigel nikhil nikita nikola nikolai nikolaos nikolas nils noam nobu noel norbert norman
    obinna octavio oisin ola oleg oleksandr oliver olivier olli omar orlando orrin orson oscar oskar osman oswald
    ottavio otto owen pablo paddy palmer pankaj paolo pascal patricio patrik pavel pawel peder pedro percival percy
    peregrine perry pete petr petros petter phil philippe pieter piotr poul prakash pranav prem przemyslaw quentin
    quincy rafael rafal raghav raheem rainer raj rajan rajesh rajiv rakesh ralf ram ramesh ramiro ramon raoul
    raphael rashid raul ravi reggie reginald reid reinhard rene renato rene reuben rex rhys ricardo riccardo rich
    richie rob roberto robbie robert rocco roderick rodney rodolfo rodrigo roger rohan rohit roland rolf roman
    romain romeo ronaldo ronnie roni rory ruben rudolf rudolph rudy rufus rui rupert russ rusty ruslan ryo sadiq
    saeed sajid salim salman salvador salvatore sami samir samuel sandeep sandro sanjeev santiago santosh satoshi
    saul sebastian sebastien sepp serge sergei sergey sergio seth seamus shane shaun shawn sheldon shigeru shinji
    shinzo shiv sid sidney siegfried sigmund silas silvio simeon slobodan solomon soren spencer stanislav stanley
    stefan stefano stephane steve stewart sudhir suleiman sumit sunil suresh svein syed sylvester tadashi takashi
    takeshi tamas tarek tariq tarun ted teddy terence terrence thabo thaddeus theo theodore theodoros thiago
    thibault thierry thom thomas thor thorsten tibor tiago tim timo timothée tobias toby tom tomasz tommaso tommy
    tommi toni tony torbjorn torsten torvald toshio travis trent trevor tristan troy tuomas tyrone udo ugo ulf
    ulrich umar umberto uri uwe vaclav valentin vance vasily vernon veselin vicente victor vijay vikas vikram vince
    vincenzo vinod virgil vishal vitaly vito vittorio vivek vladislav vlad volker volodymyr wade waleed walid
    wallace wally walt warren warwick wayne wendell werner wilfred wilhelm willem willy wilson winston wojciech
    woody xavier yan yann yannick yannis yaser yasir yaw yiannis yitzhak yoav yoel yohan yoichi yoshihide yousef
    youssef yuri yves yvon zac zach zack zahid zbigniew zdenek zoltan zoran zubair ángel álvaro óscar édouard édgar
    isaías jesús josé joaquín julián matías raúl rené sébastien sørensen thibaut jean-yves jean-françois
    """
)
FEMALE = words(
    """
    abby abena ada adaeze adela adelaide adele adriana agata agatha agnes agneta agnieszka aida aiko ailsa aimee
    aisling akua alana alba alberta aleksandra alessandra alessia alexandra alexia alia alicia alina aline alisa
    alison alix allison alma althea alya alyssa ama amara amelia amelie amina amira amrita amy anastasia andreea
    andrée anette anges angelica angelina angelique anika anita aniela anja anke anna-lena annabel annabelle
    anneliese annemarie anneli annie annika antje antoinette antonia anuradha aoife apollonia araminta arabella
    araceli aria ariana ariane arlene asa ashanti asma asta astrid asuncion audrey augusta aurelia aurora ava avril
    aya ayesha ayse azadeh barbro beata beate beatrice beatrix beatriz becky belinda bella benedetta berit
    bernadette bernice bertha beth bethany betsy bette bettina beulah bianca bibi birgitta blanca blanche bogna
    bonnie bozena branka brenna bridget brigid brigitte brita britt bronwen bronwyn bryony camila camilla camille
    candace candice carina carla carlotta carly carole carolina caroline carrie cassandra cassie catalina catarina
    cate cathy catrin cecile cecilia celeste celia celine chantal charlene charlotta chelsea cherie cheryl chiara
    chika chimamanda chioma chloé christa christiane christie christy ciara cindy clara clare clarissa claudette
    claudia clementine cleo colette colleen concepcion connie constance consuelo cora coral cordelia corinna corinne
    cornelia cristina daisy dagmar dagny dahlia dalia daniela daniella danuta daphne darlene daria deanna debbie
    debora deirdre delia delilah delphine demetria denisa desiree despina devika dinah dolores dominika dominique
    donatella dora doreen doria dorota dorothea dorrit edie edna eileen eilidh eimear eirini ekaterina elaina elba
    eleanor elena eleni eleonora elfriede elif elin elina elinor elisa elisabeth elisabetta elise eliza elke ella
    ellen ellie elodie eloise elsa elsie elspeth elvira elzbieta emi emilia emilie emine emmanuelle enid erica erika
    ernestine esme esperanza estela estelle esther ethel eugenia eulalia eunice eva-maria evangeline eve evelina ewa
    faith fanny farah farida fatemeh fatou fay faye federica felicia felicity fenella fern filippa fiorella flavia
    fleur flora florence francine françoise freda frederica freya frida gabriela gabriella gabrielle gail galina
    gayle gemma genevieve geraldine gerda gertrude ghislaine gisela giselle gladys glenda gloriana golda grainne
    graciela greta gretchen grethe gudrun guadalupe gwen gwendolyn gwyneth hala halima halina hana hanna hanne
    harper hattie hazel heba hedda hedwig heidi heike helena helene helga helle henrietta hermione hilary hilda
    hilde hina hiroko hortense iman imelda imogen ina indira ines inga ingeborg inger inès ioana iona ione irene
    iris irma isabel isabelle isla isobel ivana ivy iwona jacquelyn jade jaclyn jamila jana janelle janette janice
    janine jasmin jasmine jayne jeanette jeanne jeannette jeannine jelena jemima jenna jennie jenny jessie jill jo
    joanne jocelyn jodi jodie joelle johanna jolanta jolene josefina josephina josie jovana juana juanita judi julia
    julianne juliana juliet juliette jutta kaisa kaja kamila kana kara karin karina karine karla karolina kasia
    katarina katarzyna katerina katharina katherina kathleen kathy katia katie katja katy katya kay keiko kellie
    kendra kerry-anne kerstin khadija kiara kiera kiki kimiko kinga kirsten kirstie kirstin kirsty kitty klara kris
    kristen kristie kristin kristina kristine krystal krystyna ksenia kyoko lakshmi lana lara larissa lata latoya
    laure laurel laurie lavinia layla lea leah leanne leena lena lenore leona leonie leonora leticia lettie leyla
    liana lidia liesel lila lilian liliana lilith lillian lily lina linnea lise lisbeth liza lizzie ljiljana lois
    lola lorena lorna lorraine lottie louisa louise lourdes luana lucie lucille lucinda lucrecia ludmila luisa luise
    luz lydia lyn lynda lynette lynn lynne mabel madeleine madeline madge mae magda magdalena maggie mai maia maja
    malala malgorzata malin mandy manon manuela mara marcela marcella marcia marcy margaux margery margit margo
    margot margriet marguerite maria-jose mariah mariam mariama mariana marianna marianne maribel marielle marietta
    marija marika marina marisa marisol marit marjorie marjory marlene marsha marta marthe martina maryam masha
    mathilda mathilde matilda maud maude maura maureen mavis maxine maya meena meera melania melinda mercedes
    meredith merete merle mette mia micaela michaela michele michiko mika mildred milena millicent mimi mina mindy
    minna minnie mira miranda mirela mireille mirembe miriam mirjam moira mona monica monika monique montserrat
    mariko morag muriel myra myriam myrtle nadia nadine nadja nadezhda nana naomi nasreen nastassja natacha natalia
    nathalie neha nell nellie nena nerys nessa ngozi nia niamh nicolette nicki nigella nikki nilufer nina nita
    noelle noemi nomvula nonie nora noreen norma nour nuala nuria nusrat octavia odette odile oksana olena olive
    olivia oona opal ophelia oriana orla orsolya ottilie ottoline padma paige palesa pam patrice patrizia patsy
    patti patty paulette paulina pauline pearl peggy perpetua petra petronella philippa philomena phoebe phyllis pia
    pilar polly pooja poppy portia preeti primrose prisca priscilla prudence radha rachelle raisa ramona rania
    raquel rashida raya reba regina reiko rekha rena renata renate rhea rhiannon rhoda rhona rita roberta rochelle
    romana rona ronja rosalia rosalie rosalind rosalyn rosamund rosana rosanna rosaria rosario rose roseanne
    rosemarie rosemary rosie rosina rowena roxana roxanne ruby rukmini ruta sabina sabrina sadie saffron saima salma
    salome samira sana sanna saoirse sapna sara-jane saskia seema selena selma serena shabana shahida shari sheena
    sheila sheryl shireen shirin shobha shona shreya sian sibylle sidonie sigrid silke silvana silvia simona simone
    sinead siobhan siobhán sissel siv sofie sofía solange soledad solveig sonia sonja sonya soraya stacey stefania
    stella stephania suki sunita susana susanna susanne susie suzanne suzette sybil sylvia sylvie sylwia tabitha
    tamara tamar tamsin tania tanja tanya tara tatyana tess tessa thandiwe thea theodora therese thérèse tia tilda
    tilly tiffany toni-ann tonia tonya tova tracey trine trish trisha trudy tuula ulla ulrike una urszula uschi
    vaishali valentina valeria vasiliki veena velma vera verena verity verna veronica veronika veronique vibeke
    vicki vicky victoire vida viktoria vilma viola violet violeta virginie virginia vita viveka viviana vivian
    vivien vivienne wanda wangari weronika whitney wilhelmina wilma winifred winnie xenia ximena yael yana yasmeen
    yasmin yelena yetunde yoko yolanda yulia yumi yuko yvonne zahra zainab zara zelda zeynep zofia zora zsuzsanna
    zuzana zuzanna chloë élise éva émilie inês lucía maría mónica sofía verónica kellyanne nobuhle wendeline cloé
    """
)
