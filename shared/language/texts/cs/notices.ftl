### Co se říká zákazníkům, česky.

language-switch = Česky
logo-alt = Logo společnosti { $operator }
head = { $operator }

## Data

date = { $weekday } { $day }. { $month } { $year }
date-end = konce { $weekday-genitive } { $day }. { $month } { $year }
date-day = { $weekday } { $day }. { $month }
date-short = { $day }. { $month }
date-day-of-month = { $day }.
date-month-of-year = { $month } { $year }
date-local = { $weekday } { $day }. { $month } { $year } { $time }, { $zone } ({ $area })
date-utc = { $weekday } { $day }. { $month } { $year } { $time } UTC
weekday-1 = pondělí
weekday-2 = úterý
weekday-3 = středa
weekday-4 = čtvrtek
weekday-5 = pátek
weekday-6 = sobota
weekday-7 = neděle
weekday-genitive-1 = pondělí
weekday-genitive-2 = úterý
weekday-genitive-3 = středy
weekday-genitive-4 = čtvrtka
weekday-genitive-5 = pátku
weekday-genitive-6 = soboty
weekday-genitive-7 = neděle
weekday-short-1 = po
weekday-short-2 = út
weekday-short-3 = st
weekday-short-4 = čt
weekday-short-5 = pá
weekday-short-6 = so
weekday-short-7 = ne
month-1 = ledna
month-2 = února
month-3 = března
month-4 = dubna
month-5 = května
month-6 = června
month-7 = července
month-8 = srpna
month-9 = září
month-10 = října
month-11 = listopadu
month-12 = prosince
zone-CET = středoevropský čas
zone-CEST = středoevropský letní čas
zone-EET = východoevropský čas
zone-EEST = východoevropský letní čas
holiday-independent-czech-state-restoration-day = Den obnovy samostatného českého státu
holiday-new-years-day = Nový rok
holiday-good-friday = Velký pátek
holiday-easter-monday = Velikonoční pondělí
holiday-labor-day = Svátek práce
holiday-victory-day = Den vítězství
holiday-saints-cyril-and-methodius-day = Den slovanských věrozvěstů Cyrila a Metoděje
holiday-jan-hus-day = Den upálení mistra Jana Husa
holiday-statehood-day = Den české státnosti
holiday-independent-czechoslovak-state-day = Den vzniku samostatného československého státu
holiday-struggle-for-freedom-and-democracy-day-and-international-students-day = Den boje za svobodu a demokracii a Mezinárodní den studentstva
holiday-christmas-eve = Štědrý den
holiday-christmas-day = 1. svátek vánoční
holiday-second-day-of-christmas = 2. svátek vánoční

## Co znamená mlčení: první věta oznámení i stránky

silence-opt-out =
    Pokud neuděláte nic, společnost { $partner } se stane oficiálním partnerem organizace { $tenant } pro { $count ->
        [one] níže uvedenou položku a uvidí údaje o jejím využití
       *[other] níže uvedené položky a uvidí údaje o jejich využití
    }{ $certainty ->
        [exact] ; odmítnout můžete do { $deadline-end }.
        [least] ; odmítnout můžete nejméně do { $deadline-end }.
       *[none] ; odmítnout můžete kdykoli.
    }
silence-opt-in =
    Pokud neuděláte nic, nic se nezmění: společnost { $partner } se partnerem organizace { $tenant } nestane{ $certainty ->
        [exact] {" "}a žádost platí jen do { $deadline-end }.
        [least] {" "}a žádost platí nejméně do { $deadline-end }.
       *[none] .
    }

## Oznámení

notice-subject =
    { $tenant }: společnost { $partner } { $renews ->
        [yes] chce zůstat vaším partnerem
       *[no] se má stát vaším partnerem
    } – odmítnout můžete{ $certainty ->
        [exact] {" "}do { $deadline-end }
        [least] {" "}nejméně do { $deadline-end }
       *[none] {" "}kdykoli
    }
greeting = Dobrý den,
greeting-continues = yes
notice-from = tuto zprávu vám posílá společnost { $operator }, která provozuje program { $program }.
who-heading = Kdo žádá a o co
who = Společnost { $partner } žádá o uznání za oficiálního partnera organizace { $tenant } ({ $domain }) v programu { $program }.
who-past-heading = Kdo žádal a o co
who-past = Společnost { $partner } požádala o uznání za oficiálního partnera organizace { $tenant } ({ $domain }) v programu { $program }.
who-contact = Můžete se jí zeptat přímo: { $contact-name }, { $contact-email } (uvedl partner).
items-heading =
    { $count ->
        [one] Položka
       *[other] Položky
    }
item-workload = { $name }
item-subscription = { $product } (předplatné { $id })
item-unknown = předplatné { $id } (uvedl partner)
sees-heading = Co partner uvidí
sees =
    Pouze u { $count ->
        [one] této položky: kolik lidí ji v jednotlivé dny používá
       *[other] těchto položek: kolik lidí je v jednotlivé dny používá
    } a kolik licencí je přiděleno. Počty menší než pět se nezobrazují.{ $history ->
        [since_association] {" "}Číst lze jen dny od začátku partnerství, žádné dřívější.
        [all] {" "}Číst lze i dny před začátkem partnerství.
       *[unknown] {""}
    }
sees-now-heading = Co partner vidí
sees-now =
    Pouze u položek ve stavu „aktivní“: kolik lidí je v jednotlivé dny používá a kolik licencí je přiděleno. Počty menší než pět se nezobrazují.{ $history ->
        [since_association] {" "}Číst lze jen dny od začátku partnerství, žádné dřívější.
        [all] {" "}Číst lze i dny před začátkem partnerství.
       *[unknown] {""}
    }
sees-not-now-heading = Co partner nevidí
sees-not-heading = Co partner neuvidí
sees-not = Žádný obsah, zprávy, soubory ani jména, nic o žádné jiné položce. Nezíská žádné oprávnění cokoli spravovat nebo měnit.
sees-not-now = Žádný obsah, zprávy, soubory ani jména, nic o žádné jiné položce. Nemá žádné oprávnění cokoli spravovat nebo měnit.
renewal-heading = Prodloužení
renewal = Tohoto partnera už máte. Tady je, co má teď a oč žádá. Pokud odmítnete, zůstane to, co má, jak je, dokud to neskončí. Začne-li prodloužení, nahradí dosavadní partnerství u položek, o které partner žádá; ostatní trvají do svého konce.
renewal-what = Partnerství
renewal-old = Dosud
renewal-new = Žádost
renewal-items = Položky
renewal-until = Jak dlouho
renewal-old-until = do { $old-end }
renewal-new-until =
    { $term ->
        [until] do { $term-end }
        [months] { $months ->
            [one] { $months } měsíc
            [few] { $months } měsíce
           *[other] { $months } měsíců
        } od konce lhůty
       *[unlimited] dokud je vy nebo partner neukončíte
    }
costs-heading = Kolik odmítnutí stojí
costs = Nic. Ceny, smlouvy i služby zůstávají přesně takové, jaké jsou.
lasts-heading = Jak dlouho by partnerství trvalo
lasts =
    { $term ->
        [until] Do { $term-end }. Dříve ho můžete ukončit kdykoli, a to na téže stránce.
        [months] { $months ->
            [one] { $months } měsíc
            [few] { $months } měsíce
           *[other] { $months } měsíců
        } od konce lhůty. Dříve ho můžete ukončit kdykoli, a to na téže stránce.
       *[unlimited] Dokud ho vy nebo partner neukončíte. Můžete to udělat kdykoli, a to na téže stránce.
    }
deadline-heading = Do kdy
deadline-least = Nejméně do { $deadline-end }
deadline-exact = Do { $deadline-end }
deadline-none = Lhůta zatím není stanovena.
leaf-label =
    { $certainty ->
        [least] Nejdřívější poslední den
       *[exact] Poslední den
    }
deadline-local = Místní čas: { $deadline-local }
deadline-utc = V UTC: { $deadline-utc }
deadline-rule =
    Máte na to { $days ->
        [one] celý { $days } pracovní den
        [few] celé { $days } pracovní dny
       *[other] celých { $days } pracovních dnů
    }, počítáno ode dne po doručení.
deadline-longer =
    Původně to { $days ->
        [one] byl celý { $days } pracovní den
        [few] byly celé { $days } pracovní dny
       *[other] bylo celých { $days } pracovních dnů
    }, počítáno ode dne po doručení; lhůta se od té doby prodloužila.
deadline-sent = Tyto údaje jsou počítány od odeslání zprávy; přesné ukazuje stránka.
deadline-counted = Počítané dny: { $dates }
deadline-skipped = Nepočítané dny: { $dates }
picture-week = Týden od
picture-legend =
    {"*"} den doručení, { $days ->
        [one] (1) počítaný den
       *[other] (1)–({ $days }) počítané dny
    }, x den, který se nepočítá
skipped-weekend = víkend
skipped-holiday = svátek
skipped-closure = máte zavřeno
skipped-exception = vyhlášené volno
answer-heading = Jak odpovědět
answer-agree =
    { $consent ->
        [opt_in] Pokud souhlasíte, potvrdí žádost správce organizace { $tenant } po přihlášení u společnosti { $operator }; tímto odkazem lze jen odmítnout, protože se dá přeposlat.
       *[opt_out] Pokud souhlasíte, nemusíte dělat nic.
    }
answer-open = Chcete-li odmítnout vše nebo jen něco, otevřete tuto stránku:
answer-button = Otevřít stránku s odpovědí
answer-code = a zadejte tento kód:
answer-later = Odmítnout můžete i později: po lhůtě tatáž stránka partnerství okamžitě ukončí.
genuine-heading = Je tato zpráva pravá?
genuine = Ověřte si ji přímo na stránkách společnosti { $operator } kódem { $notice-code }:
operator = Máte dotaz? Napište společnosti { $operator }: { $operator-contact }

## Krátké zprávy

receipt-declined-subject = { $tenant }: vaše „ne“ společnosti { $partner } je zaznamenáno
receipt-declined =
    Odmítnutí žádosti společnosti { $partner } v programu { $program } je zaznamenáno pro { $count ->
        [one] tuto položku
       *[other] tyto položky
    }: { $items }.
receipt-undone-subject = { $tenant }: vaše „ne“ společnosti { $partner } bylo vzato zpět
receipt-undone =
    Odmítnutí žádosti společnosti { $partner } v programu { $program } bylo vzato zpět pro { $count ->
        [one] tuto položku: { $items }. Znovu čeká
       *[other] tyto položky: { $items }. Znovu čekají
    } na rozhodnutí.
receipt-undone-in-part =
    Jedno odmítnutí žádosti společnosti { $partner } v programu { $program } bylo vzato zpět pro { $count ->
        [one] tuto položku: { $items }. Odmítnutí někoho dalšího u ní platí dál, takže se nic nemění.
       *[other] tyto položky: { $items }. Odmítnutí někoho dalšího u nich platí dál, takže se nic nemění.
    }
receipt-ended-subject = { $tenant }: partnerství se společností { $partner } skončilo
receipt-ended =
    Partnerství se společností { $partner } v programu { $program } okamžitě skončilo pro { $count ->
        [one] tuto položku: { $items }. Partner už její údaje nevidí.
       *[other] tyto položky: { $items }. Partner už jejich údaje nevidí.
    }
receipt-at = Zaznamenáno: { $at-local }; { $at-utc }
receipt-by-link = Odpověděl: příjemce oznámení, svým odkazem
receipt-by-administrator = Odpověděl: správce organizace { $tenant }, po přihlášení
receipt-id = Potvrzení: { $receipt }
receipt-undo = Chcete-li to vzít zpět, otevřete do { $deadline-end } stránku odkazem z oznámení, které máte, a zadejte tam těchto deset číslic; nikomu je nepřeposílejte.
receipt-undo-administrator = Vzít to zpět může do { $deadline-end } správce organizace { $tenant } po přihlášení u společnosti { $operator }.
waiting-none = V této žádosti už nic nečeká na odpověď.
waiting-opt-out =
    { $certainty ->
        [none] { $count ->
            [one] O této položce
           *[other] O těchto položkách
        } zatím nikdo nerozhodl: { $items }. Pokud neuděláte nic, nic se nestane; před novou lhůtou přijde nová zpráva.
        [least] { $count ->
            [one] O této položce
           *[other] O těchto položkách
        } zatím nikdo nerozhodl: { $items }. Pokud neuděláte nic, společnost { $partner } se pro { $count ->
            [one] tuto položku
           *[other] tyto položky
        } stane oficiálním partnerem; odmítnout můžete nejméně do { $deadline-end }.
       *[exact] { $count ->
            [one] O této položce
           *[other] O těchto položkách
        } zatím nikdo nerozhodl: { $items }. Pokud neuděláte nic, společnost { $partner } se pro { $count ->
            [one] tuto položku
           *[other] tyto položky
        } stane oficiálním partnerem; odmítnout můžete do { $deadline-end }.
    }
waiting-opt-in =
    { $count ->
        [one] O této položce
       *[other] O těchto položkách
    } zatím nikdo nerozhodl: { $items }. Pokud neuděláte nic, nic se nezmění: bez souhlasu žádost propadne.
receipt-not-you = Pokud jste to nebyli vy ani nikdo z kolegů, dejte to hned vědět společnosti { $operator }.
withdrawn-subject = { $tenant }: společnost { $partner } vzala svou žádost zpět
withdrawn = Společnost { $partner } vzala zpět žádost stát se partnerem organizace { $tenant } v programu { $program }; nemusíte dělat nic.
decided-stays = Co bylo rozhodnuto dříve, zůstává beze změny.
rejected-subject = { $tenant }: žádost společnosti { $partner } byla zamítnuta
rejected-in-part-subject = { $tenant }: žádost společnosti { $partner } byla zčásti zamítnuta, o zbytku není rozhodnuto
rejected =
    Žádost společnosti { $partner } stát se partnerem organizace { $tenant } v programu { $program } byla zamítnuta pro { $count ->
        [one] tuto položku: { $items }. Oficiálním partnerem se pro ni společnost nestane, ať odpovíte, nebo ne.
       *[other] tyto položky: { $items }. Oficiálním partnerem se pro ně společnost nestane, ať odpovíte, nebo ne.
    }
rejected-again = Pokud se žádost na základě námitky znovu otevře, dostanete nejdřív nové oznámení s vlastní lhůtou na odpověď.
superseded-subject = { $tenant }: partnerství se společností { $partner } přešlo na jiného partnera
superseded-by =
    { $count ->
        [one] Tuto položku
       *[other] Tyto položky
    } převzal jiný partner, o kterém jste dostali vlastní oznámení; odmítnout ho můžete kdykoli odkazem z něj.
ended =
    Partnerství se společností { $partner } skončilo pro { $count ->
        [one] tuto položku: { $items }. Partner už její údaje nevidí.
       *[other] tyto položky: { $items }. Partner už jejich údaje nevidí.
    }
ended-notice-failed = Začalo proto, že nikdo neodmítl. Mezitím vyšlo najevo, že jste oznámení neměli po celou dobu, kterou na odpověď máte.
ended-not-enrolled = Partner už ve chvíli, kdy lhůta uplynula, nebyl účastníkem programu.
ended-renewed = Tentýž partner pokračuje: nahradilo je prodloužení.
ended-partner-left = Ukončil je partner.
ended-customer-revoked = Skončilo proto, že to určují vaše pravidla, nebo proto, že někdo od vás včas odmítl.
ended-operator-revoked = Ukončila je společnost { $operator }.
ended-term-expired = Uplynula doba, na kterou bylo sjednáno.
ended-item-gone =
    { $count ->
        [one] Tuto položku už nemáte.
       *[other] Tyto položky už nemáte.
    }
activated-subject = { $tenant }: společnost { $partner } je nyní vaším oficiálním partnerem
activated =
    Společnost { $partner } je nyní oficiálním partnerem organizace { $tenant } v programu { $program } pro { $count ->
        [one] tuto položku
       *[other] tyto položky
    }: { $items }.
activated-by-silence =
    Do konce lhůty { $count ->
        [one] ji
       *[other] je
    } nikdo neodmítl.
activated-by-yes = Správce organizace { $tenant } souhlasil.
activated-since = Od: { $since-local }; { $since-utc }
activated-sees =
    { $count ->
        [one] Co partner nyní vidí, a to pouze u této položky: kolik lidí ji v jednotlivé dny používá
       *[other] Co partner nyní vidí, a to pouze u těchto položek: kolik lidí je v jednotlivé dny používá
    } a kolik licencí je přiděleno. Počty menší než pět se nezobrazují.{ $history ->
        [since_association] {" "}Číst lze jen dny od začátku partnerství, žádné dřívější.
        [all] {" "}Číst lze i dny před začátkem partnerství.
       *[unknown] {""}
    }
activated-lasts =
    { $term ->
        [until] Trvá do { $term-end }, pokud ho neukončíte dříve.
        [months] Trvá { $months ->
            [one] { $months } měsíc
            [few] { $months } měsíce
           *[other] { $months } měsíců
        } od konce lhůty na odpověď, pokud ho neukončíte dříve.
       *[unlimited] Trvá, dokud ho vy nebo partner neukončíte.
    }
activated-by-link = Ukončit ho můžete kdykoli: odkazem a kódem z oznámení, které máte, lze dál odmítnout a platí to okamžitě.
activated-by-others = Ukončit ho může kdykoli správce organizace { $tenant } a také každý, kdo má oznámení, jeho odkazem a kódem.
term-ends-subject = { $tenant }: partnerství se společností { $partner } trvá jen do { $term-last }
term-ends =
    Doba, po kterou je společnost { $partner } oficiálním partnerem organizace { $tenant } v programu { $program } pro { $count ->
        [one] tuto položku
       *[other] tyto položky
    }, se chýlí ke konci: { $items }.
term-ends-at = Konec: { $deadline-local } ({ $deadline-utc })
term-ends-by-itself = Skončí samo a od té chvíle z toho partner nic nevidí. Mlčením na tento e-mail se nic neprodlužuje. Pokud partner požádá o pokračování, dostanete o tom zvláštní oznámení; v něm je, do kdy můžete odmítnout a co znamená mlčení.
lapsed-subject = { $tenant }: žádost společnosti { $partner } propadla
lapsed =
    Nikdo včas neodpověděl a to znamená „ne“: společnost { $partner } se nestane partnerem organizace { $tenant } pro { $count ->
        [one] tuto položku
       *[other] tyto položky
    }: { $items }. Nemusíte dělat nic.
recipients-subject = { $tenant }: změnilo se, koho se ptáme na společnost { $partner }
contact-refused = Jeden z příjemců oznámení o společnosti { $partner } v programu { $program } uvedl, že není ta správná osoba. Jeho odkazem lze nadále jen odmítnout.
link-retired = Odkaz jednoho z příjemců oznámení o společnosti { $partner } v programu { $program } byl omezen. Lze jím nadále jen odmítnout.
recipients-not-right = Pokud to není v pořádku, dejte to hned vědět společnosti { $operator }.
own-link-retired-subject = { $tenant }: váš odkaz k žádosti společnosti { $partner } byl omezen
own-link-retired = Váš odkaz z oznámení o společnosti { $partner } v programu { $program } omezil správce organizace { $tenant } nebo společnost { $operator }.
own-link-says-no = Spolu s kódem, který je u něj, jím lze dál odmítnout, a to vše a kdykoli. Nic jiného nedělá.
still-open = Odmítnout můžete do { $deadline-end }.
consent-changed-subject = { $tenant }: mlčení nyní znamená „ne“ společnosti { $partner }
consent-changed = Podle vašich pravidel se bez souhlasu nic nestane a nyní to platí i pro žádost společnosti { $partner } v programu { $program }: pokud neuděláte nic, společnost { $partner } se partnerem organizace { $tenant } nestane.
consent-changed-yes = Pokud souhlasíte, potvrdí žádost správce organizace { $tenant } po přihlášení u společnosti { $operator }.
named-subject = Někdo vás uvedl jako kontakt organizace { $tenant }
named = Někdo vás uvedl jako kontakt organizace { $tenant }; nemusíte dělat nic.
named-why = Vaši adresu neznáme jako adresu organizace { $tenant }, a proto se ptáme jiných lidí v ní.
contact-verified-subject =
    { $tenant }: { $count ->
        [one] přibyl kontakt, kterého se lze ptát na žádosti partnerů
       *[other] přibyly kontakty, kterých se lze ptát na žádosti partnerů
    }
contact-verified =
    { $count ->
        [one] Organizace { $tenant } má další kontakt, kterého se lze ptát na žádosti partnerů
       *[other] Organizace { $tenant } má další kontakty, kterých se lze ptát na žádosti partnerů
    }: { $contacts }.
contact-verified-why = Píšeme všem, kdo takovým kontaktem organizace { $tenant } byli už dříve.
exact-subject = { $tenant }: přesná lhůta pro společnost { $partner } – do { $deadline-end }
exact = Oznámení o společnosti { $partner } v programu { $program } bylo doručeno později, než bylo odesláno; odmítnout můžete do { $deadline-end }.
exact-how = Platí odkaz a kód z oznámení, které vám společnost { $operator } poslala (datum: { $notice-date }).
exact-how-others = Odpovědět může příjemce oznámení odkazem a kódem z něj nebo správce organizace { $tenant } po přihlášení u společnosti { $operator }.
extended-subject =
    { $tenant }: { $answered ->
        [yes] své „ne“ společnosti { $partner } můžete vzít zpět déle
       *[no] lhůta pro společnost { $partner } je delší
    } – do { $deadline-end }
extended =
    { $answered ->
        [yes] Lhůta, ve které můžete své „ne“ společnosti { $partner } v programu { $program } vzít zpět, se prodloužila: vzít je zpět můžete do { $deadline-end }.
       *[no] Lhůta, ve které můžete společnost { $partner } v programu { $program } odmítnout, se prodloužila: odmítnout můžete do { $deadline-end }.
    }
extended-added = Nepočítají se nově vyhlášené dny: { $dates }.
extended-outage = Naše služba byla nějakou dobu nedostupná, a proto máte o jeden pracovní den více.
extended-delivery = Oznámení se od jednoho z příjemců vrátilo, nebo se ho už neptáme, a proto se lhůta počítá znovu od pozdějšího doručení.

reminder-subject =
    { $tenant }: na odpověď o společnosti { $partner } { $left ->
        [one] zbývá { $left } pracovní den
        [few] zbývají { $left } pracovní dny
       *[other] zbývá { $left } pracovních dnů
    }
reminder-items = Týká se: { $items }
reminder-how = Odpovíte odkazem a kódem z oznámení, které vám společnost { $operator } poslala (datum: { $notice-date }). Tato připomínka nic nemění.

## Zprávy partnerům

partner-answer-subject = { $tenant }: společnost { $operator } vás žádá o doplnění – do { $until-end }
partner-answer = Společnost { $operator } vás žádá o doplnění vaší žádosti o uznání za oficiálního partnera organizace { $tenant } v programu { $program }.
partner-answer-silence = Pokud do té doby neodpovíte, bude žádost zamítnuta.
partner-correct-contact-subject = { $tenant }: nikoho se nepodařilo zastihnout, uveďte prosím jiný kontakt – do { $until-end }
partner-correct-contact = Oznámení o vaší žádosti o uznání za oficiálního partnera organizace { $tenant } v programu { $program } se nedostalo k nikomu, kdo by na ně mohl odpovědět. Uveďte prosím jiný kontakt.
partner-correct-contact-silence = Pokud do té doby žádný neuvedete, bude žádost zamítnuta.
partner-dispute-subject = { $tenant }: vaše žádost byla zamítnuta – námitky můžete podat do { $until-end }
partner-dispute = Vaše žádost o uznání za oficiálního partnera organizace { $tenant } v programu { $program } byla zamítnuta. Můžete proti tomu jednou podat námitky.
partner-dispute-silence = Pokud je do té doby nepodáte, bude zamítnutí konečné.
partner-defend-subject = { $tenant }: o vaši položku žádá jiný partner – doklady můžete přidat do { $until-end }
partner-defend = Jiný partner žádá v programu { $program } o položku organizace { $tenant }, pro kterou jste oficiálním partnerem vy. Můžete přidat doklady o tom, že zákazník spolupracuje s vámi.
partner-defend-silence = Pokud do té doby žádné nepřidáte, společnost { $operator } rozhodne bez nich.
partner-until = Čas na to máte do { $until-end }.
partner-items =
    { $count ->
        [one] Položka
       *[other] Položky
    }: { $items }
partner-reason = Důvod: { $reason }
partner-reason-of-items = Důvod u položky { $items }: { $reason }
partner-comment = Společnost { $operator } k tomu napsala: { $comment }
partner-reference = Vaše značka: { $reference }
partner-label = Vaše označení: { $label }
partner-claim = Žádost: { $claim }
partner-rejected-subject = { $tenant }: vaše žádost byla zamítnuta
partner-rejected = Vaše žádost o uznání za oficiálního partnera organizace { $tenant } v programu { $program } byla zamítnuta. Toto rozhodnutí je konečné.
partner-upheld-subject = { $tenant }: zamítnutí vaší žádosti platí
partner-upheld = Společnost { $operator } posoudila vaše námitky. Zamítnutí vaší žádosti o uznání za oficiálního partnera organizace { $tenant } v programu { $program } platí a je konečné. Vyjádření společnosti { $operator } k námitkám najdete u žádosti.
partner-declined-subject = { $tenant }: zákazník vaši žádost odmítl
partner-declined = Organizace { $tenant } odmítla vaši žádost o uznání za jejího oficiálního partnera v programu { $program }.
partner-declined-undo = Zákazník to může vzít zpět, dokud mu neuplyne lhůta na odpověď.
partner-lapsed-subject = { $tenant }: vaše žádost propadla
partner-lapsed = V organizaci { $tenant } nikdo včas nesouhlasil s vaší žádostí o uznání za jejího oficiálního partnera v programu { $program } a bez souhlasu žádost propadá.
partner-decided-subject = { $tenant }: o vaší žádosti je rozhodnuto
partner-decided = O vaší žádosti o uznání za oficiálního partnera organizace { $tenant } v programu { $program } je rozhodnuto.
partner-overturned-subject = { $tenant }: zamítnutí vaší žádosti bylo zrušeno
partner-overturned = Zamítnutí vaší žádosti o uznání za oficiálního partnera organizace { $tenant } v programu { $program } bylo zrušeno. Společnost { $operator } žádost znovu posoudí; nemusíte dělat nic.
outcome-official = Oficiální: { $items }.
outcome-ended = Skončilo: { $items }.
outcome-declined = Zákazník odmítl: { $items }.
outcome-lapsed = Bez odpovědi: { $items }.
outcome-rejected = Zamítnuto: { $items }.
outcome-withdrawn = Vzato zpět: { $items }.
outcome-waiting = Posuzuje se: { $items }.
reason-evidence-missing = chybí doklady
reason-evidence-no-customer-acknowledgement = zákazník doklad nepotvrdil
reason-evidence-dates-missing-or-old = data v dokladu chybí, nebo jsou příliš stará
reason-evidence-no-partner-service = z dokladu nevyplývá žádná vaše služba
reason-evidence-item-missing = doklad neuvádí všechny položky
reason-evidence-tenant-mismatch = doklad se týká jiného zákazníka
reason-evidence-unreadable = doklad nelze přečíst
reason-partner-no-response = neodpověděli jste včas
reason-partner-request = požádali jste o to
reason-customer-unreachable = nikoho u zákazníka se nepodařilo zastihnout
reason-contact-unverified = kontakt není ověřený
reason-customer-declined = zákazník odmítl
reason-duplicate = opakuje jinou žádost
reason-lost-arbitration = přednost dostala žádost jiného partnera
reason-not-enrolled = pobočka není účastníkem programu
reason-item-not-claimable = o toto nelze žádat
reason-policy-violation = odporuje to pravidlům programu
digest-subject = { $operator }: { $count ->
        [one] novinka o vaší žádosti
        [few] { $count } novinky o vašich žádostech
       *[other] { $count } novinek o vašich žádostech
    }
digest = Od poslední takové zprávy se s vašimi žádostmi stalo toto:
digest-turn =
    { $tenant }, { $program } – čeká na vás do { $until-end }: { $items }. Žádost { $claim }{ $referred ->
        [yes] , vaše značka { $reference }
       *[no] {""}
    }.
digest-decided =
    { $tenant }, { $program } – rozhodnuto. { $outcomes } Žádost { $claim }{ $referred ->
        [yes] , vaše značka { $reference }
       *[no] {""}
    }.
digest-official =
    { $tenant }, { $program } – stali jste se oficiálním partnerem: { $items }. Žádost { $claim }{ $referred ->
        [yes] , vaše značka { $reference }
       *[no] {""}
    }.
digest-ended =
    { $tenant }, { $program } – partnerství skončilo: { $items }. Důvod: { $reason }. Žádost { $claim }{ $referred ->
        [yes] , vaše značka { $reference }
       *[no] {""}
    }.
digest-free =
    { $tenant }, { $program } – partnerství, které nahradilo vaše, skončilo a můžete znovu požádat: { $items }. Žádost { $claim }{ $referred ->
        [yes] , vaše značka { $reference }
       *[no] {""}
    }.
digest-ending =
    { $tenant }, { $program } – partnerství trvá jen do { $term-last }, protože tehdy uplyne doba, na kterou bylo sjednáno: { $items }. Samo se neprodlužuje. Žádost { $claim }{ $referred ->
        [yes] , vaše značka { $reference }
       *[no] {""}
    }.
digest-more =
    { $more ->
        [one] { $more } další zde uvedena není; najdete ji v seznamu svých žádostí.
        [few] { $more } další zde uvedeny nejsou; najdete je v seznamu svých žádostí.
       *[other] { $more } dalších zde uvedeno není; najdete je v seznamu svých žádostí.
    }
end-partner-left = ukončili jste je vy
end-customer-revoked = ukončil je zákazník
end-operator-revoked = ukončila je společnost { $operator }
end-superseded = převzal to jiný partner
end-term-expired = uplynula doba, na kterou bylo sjednáno
end-item-gone = zákazník to už nemá
end-notice-failed = vyšlo najevo, že zákazník neměl oznámení po celou dobu, kterou na odpověď má
end-not-enrolled = ve chvíli, kdy lhůta uplynula, jste už nebyli účastníkem programu
end-renewed = pokračujete v něm prodloužením

## Stránky

page-title = { $partner } a { $tenant }
heading-open =
    { $renews ->
        [yes] { $count ->
            [one] Má společnost { $partner } zůstat vaším partnerem pro tuto položku?
           *[other] Má společnost { $partner } zůstat vaším partnerem pro tyto položky ({ $count })?
        }
       *[no] { $count ->
            [one] Má být společnost { $partner } vaším partnerem pro tuto položku?
           *[other] Má být společnost { $partner } vaším partnerem pro tyto položky ({ $count })?
        }
    }
heading-answered = Společnost { $partner } jste odmítli
heading-late = Lhůta na odpověď o společnosti { $partner } uplynula
heading-paused = Žádost společnosti { $partner } je pozastavena
heading-review = Žádost společnosti { $partner } se znovu posuzuje
heading-associated = Společnost { $partner } je vaším oficiálním partnerem
heading-declined = Společnost { $partner } vaším partnerem není
heading-withdrawn = Společnost { $partner } vzala svou žádost zpět
heading-rejected = Žádost společnosti { $partner } byla zamítnuta
heading-ended = Partnerství se společností { $partner } skončilo
heading-discarded = Žádost společnosti { $partner } byla zrušena
jump = Přejít k odpovědi
lead-partly =
    Týká se to { $count ->
        [one] položky, o které
       *[other] { $count } položek, o kterých
    } zatím nikdo nerozhodl.
lead-answered = Odmítli jste: společnost { $partner } se partnerem organizace { $tenant } nestane. Vzít to zpět můžete do { $deadline-end } kódem z potvrzení.
lead-late =
    { $consent ->
        [opt_in] Lhůta uplynula bez souhlasu, takže společnost { $partner } se partnerem organizace { $tenant } nestane. Odmítnout můžete i teď.
       *[opt_out] Lhůta uplynula; odmítnout můžete i teď a platí to okamžitě. Pokud neuděláte nic, společnost { $partner } se stane oficiálním partnerem organizace { $tenant }.
    }
lead-paused = Tato žádost je pozastavena: pokud neuděláte nic, nic se nestane, a před novou lhůtou přijde nové oznámení. Odmítnout můžete hned.
lead-review = Společnost { $operator } žádost znovu posuzuje: pokud neuděláte nic, nic se nestane. Odmítnout můžete hned.
lead-associated =
    Společnost { $partner } je oficiálním partnerem organizace { $tenant } pro položky ve stavu „aktivní“{ $term ->
        [until] , a pokud neuděláte nic, bude jím do { $term-end }
        [unlimited] , dokud to vy nebo partner neukončíte
       *[other] {""}
    }. Ukončit to můžete hned nebo kdykoli později a platí to okamžitě.
lead-declined = Nemusíte dělat nic: odmítli jste a společnost { $partner } partnerem organizace { $tenant } není.
lead-lapsed = Nemusíte dělat nic: nikdo včas nesouhlasil a společnost { $partner } partnerem organizace { $tenant } není.
lead-withdrawn = Nemusíte dělat nic: společnost { $partner } vzala tuto žádost zpět.
lead-rejected = Nemusíte dělat nic: společnost { $operator } tuto žádost zamítla.
lead-ended = Nemusíte dělat nic: toto partnerství skončilo a partner podle něj už žádné údaje nevidí.
lead-discarded = Nemusíte dělat nic: tato žádost byla zrušena.
page-link-refused = Sdělili jste, že nejste ta správná osoba; od vás už nepotřebujeme nic. Odmítnout zde můžete i tak, teď nebo později, a zprávy o této žádosti vám budou chodit dál.
page-link-retired = Tento odkaz byl omezen: odmítnout jím lze stále, teď nebo později, nic jiného už ne. Pokud je to omyl, obraťte se na společnost { $operator }: { $operator-contact }
page-link-erased = Tato žádost je uzavřena a jména i adresy všech osob v ní byly vymazány. Žádné další zprávy o ní už nikomu nepřijdou. Odmítnout tímto odkazem lze stále.
page-link-earlier = Tímto odkazem lze jen odmítnout. Pro vše ostatní použijte odkaz z nejnovější zprávy o této žádosti; pokud žádnou nemáte, obraťte se na společnost { $operator }: { $operator-contact }
status-proposed = posuzuje se
status-pending = čeká
status-active = aktivní
status-declined = odmítli jste
status-lapsed = bez odpovědi
status-ended = skončila
status-dropped = vyřazena
status-withdrawn = vzata zpět
status-rejected = zamítnuta
decline-heading = Odmítnout
decline-hint = Vyberte položky, které odmítáte. Pokud nevyberete žádnou, odmítáte všechny.
join-hint = Následující už odmítl někdo jiný z vaší organizace. Pokud odmítnete i vy, vaše „ne“ platí, i když ten druhý své vezme zpět.
decline-legend = Položky
decline-button = Odmítnout
motive-label = Proč? Nemusíte to říkat.
motive-none = Bez důvodu
motive-hint = Přečte si to společnost { $operator }, partner ne.
motive-not-our-partner = Partner pro nás nepracuje
motive-wrong-items = To nejsou ty správné položky
motive-unknown = Nevíme, o co jde
motive-other = Něco jiného
agree-heading = Pokud souhlasíte
agree =
    { $consent ->
        [opt_in] Zde není co odesílat: žádost potvrdí správce organizace { $tenant } po přihlášení u společnosti { $operator }. Bez souhlasu žádost propadne.
       *[opt_out] Nedělejte nic, není co odesílat: pokud nikdo neodmítne, společnost { $partner } se stane vaším oficiálním partnerem.
    }
undo-heading = Vzít odmítnutí zpět
undo-hint = Vyberte položky, které už neodmítáte. Pokud nevyberete žádnou, platí to pro všechny.
undo-code-label = Desetimístný kód z potvrzení
undo-code-hint = Najdete ho ve zprávě, která vás o odmítnutí informovala. Šestimístným kódem z oznámení odmítnutí vzít zpět nelze.
undo-button = Vzít zpět
other-heading = Potřebujete něco jiného?
other-code-hint = I pro tato tlačítka zadejte šestimístný kód do pole výše.
extend-hint = Víc času: jednou můžete lhůtu prodloužit.
extend-button = Prodloužit lhůtu
wrong-contact-hint = Nejste ta správná osoba? Sdělte nám to: pokud jsme se nezeptali nikoho dalšího z vaší organizace, zeptáme se někoho jiného. Vaším odkazem pak půjde už jen odmítnout.
wrong-contact-hint-unverified = Nejste ta správná osoba? Sdělte nám to: společnost { $operator } se to dozví a lhůta zůstane stejná. Vaším odkazem pak půjde už jen odmítnout.
wrong-contact-button = Nejsem správná osoba
code-label = Šestimístný kód ze zprávy
code-hint = Najdete ho na samostatném řádku ve zprávě, která vás sem přivedla.
problem-heading = Nebylo odesláno
problem-code-malformed =
    Kód má { $digits ->
        [10] deset číslic a najdete ho v potvrzení
       *[other] šest číslic a najdete ho ve zprávě, která vás sem přivedla
    }. O ničem se nerozhodlo a jako pokus se to nepočítá.
problem-code-wrong-no = Kód nesouhlasí. Šest číslic najdete ve zprávě s tímto odkazem; zkoušet to můžete, kolikrát potřebujete.
problem-code-wrong =
    Kód nesouhlasí. { $tries ->
        [0] Na 15 minut se teď pro toto nepřijímá žádný kód; odmítnout můžete i tak.
        [one] Zbývá vám { $tries } pokus.
        [few] Zbývají vám { $tries } pokusy.
       *[other] Zbývá vám { $tries } pokusů.
    }
problem-code-locked =
    Příliš mnoho nesprávných kódů. Zkuste to znovu za { $minutes ->
        [one] { $minutes } minutu
        [few] { $minutes } minuty
       *[other] { $minutes } minut
    }; pak bude správný kód fungovat. Odmítnout můžete hned.
problem-items = Vyberte jen položky z tohoto seznamu.
problem-motive = Vyberte jeden z důvodů, nebo žádný.
problem-decision = Vyberte jednu z odpovědí.
problem-state = To teď není možné. Stránka ukazuje, jak se věci mají.
result-declined = Vaše odmítnutí je zaznamenáno
result-undone = Vaše odmítnutí bylo vzato zpět
result-refused = Víme, že nejste ta správná osoba
result-extended = Lhůta je prodloužena
result-unchanged = Nic se nezměnilo
result-unchanged-hint = Tak to bylo už předtím.
result-about = Žádost společnosti { $partner } stát se oficiálním partnerem organizace { $tenant } v programu { $program }
result-late = Přišlo po lhůtě a platí okamžitě.
result-undo = E-mailem vám přijde potvrzení. Desetimístným kódem, který v něm najdete, to můžete vzít zpět do { $deadline-end }.
result-still-declined = Co má stále stav „odmítli jste“, tak zůstává: toto „ne“ jste zpět nebrali, nebo je někoho jiného a platí, dokud je nevezme zpět.
result-copy = E-mailem se o tom dozví každý, koho jsme se ptali.
result-receipt = Potvrzení
result-by-link = Odpověděli jste: tímto odkazem
result-back = Zpět k žádosti
column-item = Položka
column-status = Stav
genuine-title = Toto oznámení je pravé
genuine-lead = Společnost { $operator } odeslala oznámení s tímto kódem. Níže je jeho text tak, jak byl odeslán: pokud vaše zpráva říká něco jiného, nevěřte jí.
genuine-sent = Oznámení, jak bylo odesláno
genuine-sent-at = Odesláno: { $at-local }; { $at-utc }
genuine-not-kept = Text tohoto oznámení už není uchován.
genuine-since = Od té doby
genuine-subject = Předmět: { $subject }
genuine-older = Od té doby bylo odesláno novější oznámení.
error-not-found-title = Tady nic není
error-not-found = Adresa není úplná, nebo není naše. Zkopírujte ze zprávy celý řádek, nebo se zeptejte společnosti { $operator }: { $operator-contact }
error-method-title = To není možné
error-method = Tuto stránku lze otevřít a její formulář odeslat.
error-form-title = Formulář nešlo přečíst
error-form = Otevřete znovu odkaz ze zprávy a odešlete formulář tak, jak je.
error-unavailable-title = Právě teď to nejde
error-unavailable = Pokud jste právě odeslali odpověď, nemůžeme říci, zda se zaznamenala. Zkuste to prosím znovu za několik minut: odeslat ji ještě jednou ničemu neuškodí.

## Přehled pro zákazníka

overview-title = Kdo vidí vaše údaje
overview-request-title = Podívejte se, kdo vidí vaše údaje
overview-request-lead = Společnost { $operator } posílá ověřeným kontaktům svých zákazníků odkaz na přehled: kteří partneři vidí jejich údaje, odkdy, a co na ně čeká.
overview-request-label = Vaše e-mailová adresa
overview-request-hint = Adresa, pod kterou vás společnost { $operator } zná jako kontakt vaší organizace.
overview-request-button = Poslat odkaz
overview-requested-title = Podívejte se do schránky
overview-requested-lead = Pokud je to adresa ověřeného kontaktu, zpráva s odkazem je na cestě.
overview-requested-limits = Odkaz platí 30 minut. Na jednu adresu jdou nejvýše tři denně, a na adresu ověřenou před méně než sedmi dny žádný.
overview-requested-else = Pokud nic nepřijde, napište společnosti { $operator }: { $operator-contact }. Odmítnout partnera můžete vždy odkazem z jeho oznámení.
overview-over-title = Tento odkaz už neplatí
overview-over = Odkaz na přehled platí 30 minut a jen dokud jste ověřeným kontaktem. Nebo není adresa úplná: zkopírujte ze zprávy celý řádek.
overview-over-again = Požádat o další odkaz
overview-lead = Toto partneři vidí z organizace { $tenant } a o toto žádají.
overview-link-end = Váš odkaz platí do: { $link-end }.
overview-more = Žádostí je víc, než tato stránka ukazuje. Na ostatní se zeptejte společnosti { $operator }: { $operator-contact }
overview-nobody = Žádný partner z organizace { $tenant } nic nevidí a žádný o nic nežádá.
overview-is-blocked = Společnost { $partner } u vás nesmí žádat o nic.
overview-looked = Podívala se, o co by zde mohla žádat, naposledy: { $date }.
overview-sees-nothing = Nevidí nic a o nic nežádá.
overview-sees =
    Společnost { $partner } vidí pouze u položek uvedených zde, kolik lidí je v jednotlivé dny používá a kolik licencí je přiděleno. Počty menší než pět se nezobrazují.{ $history ->
        [since_association] {" "}Číst lze jen dny od začátku partnerství, žádné dřívější.
        [all] {" "}Číst lze i dny před začátkem partnerství.
       *[unknown] {""}
    }
overview-program = Program
overview-program-name = { $program }
overview-since = Od
overview-basis = Na základě čeho
overview-basis-deemed = Nikdo včas neodmítl
overview-basis-explicit = Správce organizace { $tenant } souhlasil
overview-until = Jak dlouho
overview-until-ended = dokud to vy nebo partner neukončíte
overview-until-term = do { $term-last }
overview-last-read = Partner naposledy četl
overview-never-read = Nikdy
overview-usage = Co může číst, posledních 30 dní
usage-line = { $from } až { $to }: { $least } až { $most } lidí denně
usage-line-none = Žádné počty
usage-line-few = Všechny počty jsou menší než pět a nezobrazují se
overview-waiting = Co čeká
overview-jump = Odebrat přístup
overview-take-heading = Odebrat přístup
overview-take-hint = Touto stránkou lze přístup jen odebrat. Co zde vyberete, platí okamžitě, a touto stránkou to vrátit nelze. Všechny ověřené kontakty organizace { $tenant } se dozvědí, kdo to udělal.
overview-end-legend = Ukončit partnerství
overview-end-hint = Partner z toho okamžitě nevidí nic. Vyberte nejvýše { $most }.
overview-block-legend = Zablokovat partnery
overview-block-hint = Partner u vás od této chvíle nesmí žádat o nic, a o co žádá teď, je odmítnuto. Co už vidí, ukončíte výše.
overview-yes-legend = Mlčení
overview-yes-label = Od této chvíle mlčení znamená „ne“: bez souhlasu se žádný partner nestane oficiálním
overview-code-label = Šestimístný kód ze zprávy
overview-code-hint = Najdete ho na samostatném řádku ve zprávě, která vás sem přivedla.
overview-take-button = Odebrat
overview-problem-code = Kód nesouhlasí. Šest číslic najdete ve zprávě s tímto odkazem. Po 20 formulářích je potřeba další odkaz.
overview-problem-used-up = Tímto odkazem už přišlo dvacet formulářů: další nepřijme. Požádejte o nový.
overview-problem-nothing = Vyberte, co se má ukončit nebo zablokovat.
overview-problem-too-many = Vyberte nejvýše { $most } partnerství, ostatní potom.
overview-problem-unknown = Něco z toho, co jste vybrali, už v seznamu není. Podívejte se na stránku, jak je teď.
overview-problem-blocks = Zablokovaných partnerů je tolik, kolik jich smí být. Zeptejte se společnosti { $operator }: { $operator-contact }
overview-problem-unfinished = Něco se u nás nepovedlo a neudělalo se všechno. Co se udělalo, už v seznamu není; pro zbytek odešlete formulář znovu.
overview-taken-title = Hotovo
overview-ended = Okamžitě ukončeno: { $what }
overview-blocked = Společnost { $partner } u vás od této chvíle nesmí žádat o nic.
overview-asked = Od této chvíle mlčení znamená „ne“.
overview-taken-told = Všechny ověřené kontakty organizace { $tenant } dostanou zprávu.
overview-back = Zpět na přehled
overview-mail-subject = { $tenant }: odkaz na váš přehled
overview-mail = někdo požádal o přehled, kdo vidí údaje organizace { $tenant }, a uvedl vaši adresu. Chcete-li ho vidět, otevřete tuto stránku:
overview-mail-button = Otevřít přehled
overview-mail-code = Kód pro tuto stránku:
overview-mail-end = Odkaz i kód platí do: { $link-end }. Kód potřebujete, jen když chcete přístup odebrat; k nahlížení ne.
overview-mail-not-you = Pokud jste o to nežádali, nemusíte dělat nic. Zprávu nepřeposílejte: kdo ji má, může partnerství organizace { $tenant } ukončit.
overview-block-subject = { $tenant }: společnost { $partner } už nesmí žádat o nic
overview-block = Společnost { $partner } od této chvíle u organizace { $tenant } nesmí žádat o nic. O co žádala a nikdo o tom nerozhodl, je odmítnuto.
overview-ask-subject = { $tenant }: mlčení nyní znamená „ne“ všem partnerům
overview-ask = Od této chvíle se bez souhlasu žádný partner nestane oficiálním partnerem organizace { $tenant }: mlčení znamená „ne“, a to ve všech programech.
overview-by = Udělal to: { $contact }, přehledem organizace { $tenant }
overview-by-former = Udělal to: kontakt organizace { $tenant }, který už kontaktem není, přehledem organizace { $tenant }
overview-taken-back = Vzít to zpět může jen správce organizace { $tenant } po přihlášení u společnosti { $operator }.
receipt-by-contact = Odpověděl: { $contact }, přehledem organizace { $tenant }
receipt-by-former-contact = Odpověděl: kontakt organizace { $tenant }, který už kontaktem není, přehledem organizace { $tenant }

## Webhooky

webhook-disabled-subject = Webhook { $webhook } byl vypnut
webhook-failed = Tři dny se nepodařilo doručit události na váš webhook { $webhook }. Nic se na něj už neposílá.
webhook-gone = Příjemce vašeho webhooku { $webhook } odpověděl, že další události nechce (410). Nic se na něj už neposílá.
webhook-kept = Žádná událost se neztratila: každou lze číst 90 dní a webhook mezi nimi své místo neztrácí.
webhook-again = Až bude příjemce zase k dispozici, zapište webhook znovu stejným příkazem, jakým jste ho vytvořili. Bude pokračovat tam, kde byl. Pokud ho už nepotřebujete, smažte ho.
