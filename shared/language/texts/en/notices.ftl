### What customers are told, in English. Names of messages are the same in every language; the
### names that begin with "holiday-" are optional, since holidays have English names in the data.

language-switch = In English
logo-alt = Logo of { $operator }
head = { $operator }

## Dates

date = { $weekday } { $day } { $month } { $year }
date-end = the end of { $weekday } { $day } { $month } { $year }
date-day = { $weekday } { $day } { $month }
date-short = { $day } { $month }
date-day-of-month = { $day }
date-month-of-year = { $month } { $year }
date-local = { $weekday } { $day } { $month } { $year } { $time }, { $zone } ({ $area })
date-utc = { $weekday } { $day } { $month } { $year } { $time } UTC
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
weekday-genitive-1 = Monday
weekday-genitive-2 = Tuesday
weekday-genitive-3 = Wednesday
weekday-genitive-4 = Thursday
weekday-genitive-5 = Friday
weekday-genitive-6 = Saturday
weekday-genitive-7 = Sunday
weekday-short-1 = Mon
weekday-short-2 = Tue
weekday-short-3 = Wed
weekday-short-4 = Thu
weekday-short-5 = Fri
weekday-short-6 = Sat
weekday-short-7 = Sun
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
zone-CET = Central European Time
zone-CEST = Central European Summer Time
zone-EET = Eastern European Time
zone-EEST = Eastern European Summer Time

## What silence means: the first sentence of the notice and of the page

silence-opt-out =
    If you do nothing, { $partner } becomes the official partner of { $tenant } for { $count ->
        [one] the item below and may read its usage data
       *[other] the { $count } items below and may read their usage data
    }{ $certainty ->
        [exact] ; you can say no until { $deadline-end }.
        [least] ; you can say no at least until { $deadline-end }.
       *[none] ; you can say no at any time.
    }
silence-opt-in =
    If you do nothing, nothing changes: { $partner } does not become a partner of { $tenant }{ $certainty ->
        [exact] {" "}and the request lapses at { $deadline-end }.
        [least] {" "}and the request lapses, at the earliest at { $deadline-end }.
       *[none] .
    }

## The notice

notice-subject =
    { $tenant }: { $partner } { $renews ->
        [yes] asks to stay your partner
       *[no] is to become your partner
    } – you can say no{ $certainty ->
        [exact] {" "}until { $deadline-date }
        [least] {" "}at least until { $deadline-date }
       *[none] {""}
    }
greeting = Good day,
greeting-continues = no
notice-from = This message is from { $operator }, which runs the program { $program }.
who-heading = Who is asking, and for what
who = { $partner } asks to be recognised as the official partner of { $tenant } ({ $domain }) in the program { $program }.
who-past-heading = Who asked, and for what
who-past = { $partner } asked to be recognised as the official partner of { $tenant } ({ $domain }) in the program { $program }.
who-contact = You can ask them yourself: { $contact-name }, { $contact-email } (stated by the partner).
items-heading =
    { $count ->
        [one] The item
       *[other] The items
    }
item-workload = { $name }
item-subscription = { $product } (subscription { $id })
item-unknown = subscription { $id } (stated by the partner)
sees-heading = What the partner will see
sees =
    { $count ->
        [one] Of this item only: how many people use it on each day
       *[other] Of these items only: how many people use them on each day
    }, and how many seats are provisioned. Counts below five are not shown.{ $history ->
        [since_association] {" "}Only days since the partnership became active can be read, none before.
        [all] {" "}Days from before the partnership became active can be read too.
       *[unknown] {""}
    }
sees-now-heading = What the partner sees
sees-now =
    Of the items marked "active" only: how many people use them on each day, and how many seats are provisioned. Counts below five are not shown.{ $history ->
        [since_association] {" "}Only days since the partnership became active can be read, none before.
        [all] {" "}Days from before the partnership became active can be read too.
       *[unknown] {""}
    }
sees-not-now-heading = What the partner does not see
sees-not-heading = What the partner will not see
sees-not = No content, messages, files or names, nothing about any other item, and no rights to administer or change anything.
sees-not-now = No content, messages, files or names, nothing about any other item, and no rights to administer or change anything.
renewal-heading = A renewal
renewal = You have this partner already. This is what it has now, and what it asks for. If you say no, what it has stays as it is until it ends. If the renewal begins, it takes the place of the old partnership for the items that are asked for; any other runs until its own end.
renewal-what = Partnership
renewal-old = So far
renewal-new = Asked for
renewal-items = Items
renewal-until = Until
renewal-old-until = { $old-end }
renewal-new-until =
    { $term ->
        [until] { $term-end }
        [months] { $months ->
            [one] one month
           *[other] { $months } months
        } after the deadline
       *[unlimited] you or the partner end it
    }
costs-heading = What refusing costs
costs = Nothing. Prices, contracts and the service stay exactly as they are.
lasts-heading = How long it would last
lasts =
    { $term ->
        [until] Until { $term-end }. You can end it before, at any time, by the same page.
        [months] { $months ->
            [one] One month
           *[other] { $months } months
        } from the deadline. You can end it before, at any time, by the same page.
       *[unlimited] Until you or the partner end it. You can do that at any time, by the same page.
    }
deadline-heading = Until when
deadline-least = At least until { $deadline-end }
deadline-exact = Until { $deadline-end }
deadline-none = The deadline is not set yet.
leaf-label =
    { $certainty ->
        [least] Last day at the earliest
       *[exact] Last day
    }
deadline-local = Local time: { $deadline-local }
deadline-utc = In UTC: { $deadline-utc }
deadline-rule =
    You have { $days ->
        [one] one business day
       *[other] { $days } business days
    } in full, counted from the day after delivery.
deadline-longer =
    At first it was { $days ->
        [one] one business day
       *[other] { $days } business days
    } in full, counted from the day after delivery; it has become longer since.
deadline-sent = These dates are counted from when the message was sent; the page shows the exact ones.
deadline-counted = Days that count: { $dates }
deadline-skipped = Days that do not count: { $dates }
picture-week = Week of
picture-legend =
    {"*"} day of delivery, { $days ->
        [one] (1) the day that counts
       *[other] (1)–({ $days }) the days that count
    }, x does not count
skipped-weekend = weekend
skipped-holiday = holiday
skipped-closure = you are closed
skipped-exception = announced day off
answer-heading = How to answer
answer-agree =
    { $consent ->
        [opt_in] If you agree, an administrator of { $tenant } accepts the request when signed in with { $operator }; this link can only refuse, since it can be forwarded.
       *[opt_out] If you agree, you need not do anything.
    }
answer-open = To say no, to all or to some of it, open this page:
answer-button = Open the page to answer
answer-code = and enter this code:
answer-later = You can say no later as well: after the deadline the same page ends the partnership at once.
genuine-heading = Is this message genuine?
genuine = Check it on the site of { $operator } with the code { $notice-code }:
operator = Questions? Write to { $operator }: { $operator-contact }

## Short messages

receipt-declined-subject = { $tenant }: your "no" to { $partner } is recorded
receipt-declined =
    The answer "no" to { $partner } in the program { $program } is recorded for { $count ->
        [one] this item
       *[other] these items
    }: { $items }.
receipt-undone-subject = { $tenant }: your "no" to { $partner } is taken back
receipt-undone =
    The answer "no" to { $partner } in the program { $program } is taken back for { $count ->
        [one] this item: { $items }. It waits
       *[other] these items: { $items }. They wait
    } for a decision again.
receipt-undone-in-part =
    One "no" to { $partner } in the program { $program } is taken back for { $count ->
        [one] this item: { $items }. Somebody else's "no" still stands, so nothing changes for it.
       *[other] these items: { $items }. Somebody else's "no" still stands, so nothing changes for them.
    }
receipt-ended-subject = { $tenant }: the partnership with { $partner } has ended
receipt-ended =
    The partnership with { $partner } in the program { $program } has ended at once for { $count ->
        [one] this item: { $items }. The partner no longer sees its data.
       *[other] these items: { $items }. The partner no longer sees their data.
    }
receipt-at = Recorded: { $at-local }; { $at-utc }
receipt-by-link = Answered by: a recipient of the notice, by its link
receipt-by-administrator = Answered by: an administrator of { $tenant }, signed in
receipt-id = Receipt: { $receipt }
receipt-undo = To take it back until { $deadline-end }, open the page by the link of the notice that you have and enter these ten digits there; do not forward them.
receipt-undo-administrator = An administrator of { $tenant } who is signed in with { $operator } can take it back until { $deadline-end }.
waiting-none = Nothing in this request waits for an answer any more.
waiting-opt-out =
    { $certainty ->
        [none] Nobody has decided yet: { $items }. Nothing happens while you do nothing; a new message comes before any new deadline.
        [least] Nobody has decided yet: { $items }. If you do nothing, { $partner } becomes the official partner for { $count ->
            [one] it
           *[other] them
        }; you can say no at least until { $deadline-end }.
       *[exact] Nobody has decided yet: { $items }. If you do nothing, { $partner } becomes the official partner for { $count ->
            [one] it
           *[other] them
        }; you can say no until { $deadline-end }.
    }
waiting-opt-in = Nobody has decided yet: { $items }. If you do nothing, nothing changes: without a yes the request lapses.
receipt-not-you = If neither you nor a colleague did this, tell { $operator } at once.
withdrawn-subject = { $tenant }: { $partner } has withdrawn its request
withdrawn = { $partner } has withdrawn its request to become a partner of { $tenant } in the program { $program }; you need not do anything.
decided-stays = What was decided before stays as it is.
rejected-subject = { $tenant }: the request of { $partner } was rejected
rejected-in-part-subject = { $tenant }: the request of { $partner } was rejected in part, and the rest is undecided
rejected =
    The request of { $partner } to become a partner of { $tenant } in the program { $program } was rejected for { $count ->
        [one] this item: { $items }. The partner does not become official for it, whether you answer or not.
       *[other] these items: { $items }. The partner does not become official for them, whether you answer or not.
    }
rejected-again = If the request is taken up again after an objection, you get a new notice first, with a time to answer of its own.
superseded-subject = { $tenant }: the partnership with { $partner } has passed to another partner
superseded-by =
    Another partner, about whom you had a notice of its own, has taken { $count ->
        [one] this item
       *[other] these items
    } over; you can refuse it at any time by the link in that notice.
ended =
    The partnership with { $partner } has ended for { $count ->
        [one] this item: { $items }. The partner no longer sees its data.
       *[other] these items: { $items }. The partner no longer sees their data.
    }
ended-notice-failed = It had begun because nobody said no. Meanwhile it turned out that the notice had not been with you for the whole time that you have to answer.
ended-not-enrolled = The partner was no longer admitted to the program when the time to answer ended.
ended-renewed = The same partner goes on: a renewal took its place.
ended-partner-left = The partner ended it.
ended-customer-revoked = It ended because your rules, or one of you, said so in time.
ended-operator-revoked = { $operator } ended it.
ended-term-expired = The time for which it was agreed is over.
ended-item-gone =
    { $count ->
        [one] You no longer have this item.
       *[other] You no longer have these items.
    }
activated-subject = { $tenant }: { $partner } is now your official partner
activated =
    { $partner } is now the official partner of { $tenant } in the program { $program } for { $count ->
        [one] this item
       *[other] these items
    }: { $items }.
activated-by-silence =
    Nobody had said no to { $count ->
        [one] it
       *[other] them
    } by the deadline.
activated-by-yes = An administrator of { $tenant } said yes.
activated-since = Since: { $since-local }; { $since-utc }
activated-sees =
    { $count ->
        [one] What the partner sees now, of this item only: how many people use it on each day
       *[other] What the partner sees now, of these items only: how many people use them on each day
    }, and how many seats are provisioned. Counts below five are not shown.{ $history ->
        [since_association] {" "}Only days since the partnership became active can be read, none before.
        [all] {" "}Days from before the partnership became active can be read too.
       *[unknown] {""}
    }
activated-lasts =
    { $term ->
        [until] It lasts until { $term-end }, unless you end it before.
        [months] It lasts { $months ->
            [one] one month
           *[other] { $months } months
        } from the end of the time to answer, unless you end it before.
       *[unlimited] It lasts until you or the partner end it.
    }
activated-by-link = You can end it at any time: the link and the code of the notice that you have still say no, and that takes effect at once.
activated-by-others = An administrator of { $tenant } can end it at any time, and so can everybody who has the notice, by its link and code.
term-ends-subject = { $tenant }: the partnership with { $partner } lasts until { $term-last }
term-ends =
    The time for which { $partner } is the official partner of { $tenant } in the program { $program } for { $count ->
        [one] this item
       *[other] these items
    } is almost over: { $items }.
term-ends-at = It ends at: { $deadline-local } ({ $deadline-utc })
term-ends-by-itself = It ends by itself, and from then on the partner sees nothing of it any more. Silence to this mail renews nothing. If the partner asks to go on, you get a notice of its own, which says until when you can say no and what your silence means.
lapsed-subject = { $tenant }: the request of { $partner } has lapsed
lapsed =
    Nobody answered in time, and that counts as a "no": { $partner } does not become a partner of { $tenant } for { $count ->
        [one] this item
       *[other] these items
    }: { $items }. You need not do anything.
recipients-subject = { $tenant }: who is asked about { $partner } has changed
contact-refused = A recipient of the notice about { $partner } in the program { $program } has said that it is not the right person. Its link still says no, and nothing else.
link-retired = The link of a recipient of the notice about { $partner } in the program { $program } has been retired. It still says no, and nothing else.
recipients-not-right = If that is not right, tell { $operator } at once.
own-link-retired-subject = { $tenant }: your link about { $partner } has been retired
own-link-retired = Your link in the notice about { $partner } in the program { $program } has been retired by an administrator of { $tenant } or by { $operator }.
own-link-says-no = It still says no, to everything and at any time, with the code beside it. It does nothing else.
still-open = You can say no until { $deadline-end }.
consent-changed-subject = { $tenant }: silence is now a "no" to { $partner }
consent-changed = By your rules, nothing happens without a yes, and that now holds for the request of { $partner } in the program { $program } as well: if you do nothing, { $partner } does not become a partner of { $tenant }.
consent-changed-yes = If you agree, an administrator of { $tenant } accepts the request when signed in with { $operator }.
named-subject = You were named as a contact of { $tenant }
named = You were named as a contact of { $tenant }; you need do nothing.
named-why = Your address is not known to us as one of { $tenant }, so we ask other people there.
contact-verified-subject =
    { $tenant }: { $count ->
        [one] a further contact
       *[other] further contacts
    } may be asked about the requests of partners
contact-verified =
    { $count ->
        [one] A further contact of { $tenant } may now be asked about the requests of partners
       *[other] Further contacts of { $tenant } may now be asked about the requests of partners
    }: { $contacts }.
contact-verified-why = We write to everybody who was such a contact of { $tenant } before.
exact-subject = { $tenant }: the exact deadline for { $partner } is { $deadline-date }
exact = The notice about { $partner } in the program { $program } was delivered later than it was sent; you can say no until { $deadline-end }.
exact-how = Link and code are those of the notice that { $operator } sent you on { $notice-date }.
exact-how-others = To answer, a recipient of the notice uses its link and code, or an administrator of { $tenant } signs in with { $operator }.
extended-subject =
    { $tenant }: you have longer { $answered ->
        [yes] to take back your "no" to { $partner }
       *[no] to answer about { $partner }
    }, until { $deadline-date }
extended =
    { $answered ->
        [yes] The time in which you can take back your "no" to { $partner } in the program { $program } has become longer: you can take it back until { $deadline-end }.
       *[no] The time in which you can say no to { $partner } in the program { $program } has become longer: you can say no until { $deadline-end }.
    }
extended-added = These newly announced days do not count: { $dates }.
extended-outage = Our service could not be reached for a while, so you have one business day more.
extended-delivery = The notice came back from a recipient, or that recipient is no longer asked, so the time is counted again from a later delivery.

reminder-subject =
    { $tenant }: { $left ->
        [one] one business day is
       *[other] { $left } business days are
    } left to answer about { $partner }
reminder-items = It is about: { $items }
reminder-how = To answer, use the link and the code of the notice that { $operator } sent you on { $notice-date }. This reminder changes nothing.

## Mails to partners

partner-answer-subject = { $tenant }: { $operator } asks for information about your claim – until { $until-date }
partner-answer = { $operator } asks for information about your claim to be the official partner of { $tenant } in the program { $program }.
partner-answer-silence = If you do not answer by then, the claim is rejected.
partner-correct-contact-subject = { $tenant }: nobody could be reached, please name another contact – until { $until-date }
partner-correct-contact = The notice about your claim to be the official partner of { $tenant } in the program { $program } reached nobody who could answer it. Please name another contact.
partner-correct-contact-silence = If you name none by then, the claim is rejected.
partner-dispute-subject = { $tenant }: your claim was rejected – you can dispute that until { $until-date }
partner-dispute = Your claim to be the official partner of { $tenant } in the program { $program } was rejected. You can dispute that once.
partner-dispute-silence = If you do not dispute it by then, the rejection is final.
partner-defend-subject = { $tenant }: another partner claims what you have – you can add evidence until { $until-date }
partner-defend = Another partner claims an item of { $tenant } in the program { $program } of which you are the official partner. You can add evidence that the customer works with you.
partner-defend-silence = If you add none by then, { $operator } decides without it.
partner-until = You can do that until { $until-end }.
partner-items =
    { $count ->
        [one] Item
       *[other] Items
    }: { $items }
partner-reason = Reason: { $reason }
partner-reason-of-items = Reason, for { $items }: { $reason }
partner-comment = { $operator } wrote: { $comment }
partner-reference = Your reference: { $reference }
partner-label = Your label: { $label }
partner-claim = Claim: { $claim }
partner-rejected-subject = { $tenant }: your claim was rejected
partner-rejected = Your claim to be the official partner of { $tenant } in the program { $program } was rejected. That is final.
partner-upheld-subject = { $tenant }: the rejection of your claim stands
partner-upheld = { $operator } has judged your dispute. The rejection of your claim to be the official partner of { $tenant } in the program { $program } stands, and that is final. What { $operator } says to your dispute stands with the claim.
partner-declined-subject = { $tenant }: the customer has declined your claim
partner-declined = { $tenant } has declined your claim to be its official partner in the program { $program }.
partner-declined-undo = The customer can take that back until the end of its time to answer.
partner-lapsed-subject = { $tenant }: your claim has lapsed
partner-lapsed = Nobody at { $tenant } agreed in time to your claim to be its official partner in the program { $program }, and without a yes it lapses.
partner-decided-subject = { $tenant }: your claim is decided
partner-decided = Your claim to be the official partner of { $tenant } in the program { $program } is decided.
partner-overturned-subject = { $tenant }: the rejection of your claim was taken back
partner-overturned = The rejection of your claim to be the official partner of { $tenant } in the program { $program } was taken back. { $operator } reviews the claim again; you need not do anything.
outcome-official = Official: { $items }.
outcome-ended = Ended: { $items }.
outcome-declined = Declined by the customer: { $items }.
outcome-lapsed = Without an answer: { $items }.
outcome-rejected = Rejected: { $items }.
outcome-withdrawn = Withdrawn: { $items }.
outcome-waiting = In review: { $items }.
reason-evidence-missing = there is no evidence
reason-evidence-no-customer-acknowledgement = the customer has not acknowledged the evidence
reason-evidence-dates-missing-or-old = dates of the evidence are missing or too old
reason-evidence-no-partner-service = the evidence shows no service of yours
reason-evidence-item-missing = the evidence does not name every item
reason-evidence-tenant-mismatch = the evidence is about another customer
reason-evidence-unreadable = the evidence cannot be read
reason-partner-no-response = you did not answer in time
reason-partner-request = you asked for it
reason-customer-unreachable = no contact of the customer could be reached
reason-contact-unverified = the contact is not verified
reason-customer-declined = the customer declined
reason-duplicate = it repeats another claim
reason-lost-arbitration = the claim of another partner prevailed
reason-not-enrolled = the location is not enrolled in the program
reason-item-not-claimable = this cannot be claimed
reason-policy-violation = it is against the rules of the program
digest-subject = { $operator }: { $count ->
        [one] news about one of your claims
       *[other] { $count } pieces of news about your claims
    }
digest = This has become of your claims since the last message of this kind.
digest-turn =
    { $tenant }, { $program } – waits for you until { $until-end }: { $items }. Claim { $claim }{ $referred ->
        [yes] , your reference { $reference }
       *[no] {""}
    }.
digest-decided =
    { $tenant }, { $program } – decided. { $outcomes } Claim { $claim }{ $referred ->
        [yes] , your reference { $reference }
       *[no] {""}
    }.
digest-official =
    { $tenant }, { $program } – you became the official partner: { $items }. Claim { $claim }{ $referred ->
        [yes] , your reference { $reference }
       *[no] {""}
    }.
digest-ended =
    { $tenant }, { $program } – the partnership has ended: { $items }. Reason: { $reason }. Claim { $claim }{ $referred ->
        [yes] , your reference { $reference }
       *[no] {""}
    }.
digest-free =
    { $tenant }, { $program } – the partnership that had replaced yours has ended, and you can claim again: { $items }. Claim { $claim }{ $referred ->
        [yes] , your reference { $reference }
       *[no] {""}
    }.
digest-ending =
    { $tenant }, { $program } – the partnership lasts until { $term-last }, since the time for which it was agreed is over then: { $items }. It is not renewed by itself. Claim { $claim }{ $referred ->
        [yes] , your reference { $reference }
       *[no] {""}
    }.
digest-more =
    { $more ->
        [one] One more is not listed here; your list of claims shows it.
       *[other] { $more } more are not listed here; your list of claims shows them.
    }
end-partner-left = you ended it
end-customer-revoked = the customer ended it
end-operator-revoked = { $operator } ended it
end-superseded = another partner has taken over
end-term-expired = the time for which it was agreed is over
end-item-gone = the customer no longer has this
end-notice-failed = it turned out that the notice had not been with the customer for the whole time to answer
end-not-enrolled = you were no longer admitted to the program when the time to answer ended
end-renewed = you went on with it by a renewal

## Pages

page-title = { $partner } and { $tenant }
heading-open =
    { $renews ->
        [yes] { $count ->
            [one] Shall { $partner } stay your partner for this item?
           *[other] Shall { $partner } stay your partner for these { $count } items?
        }
       *[no] { $count ->
            [one] Shall { $partner } be your partner for this item?
           *[other] Shall { $partner } be your partner for these { $count } items?
        }
    }
heading-answered = You said no to { $partner }
heading-late = The time to answer about { $partner } has passed
heading-paused = The request of { $partner } is paused
heading-review = The request of { $partner } is being examined again
heading-associated = { $partner } is your official partner
heading-declined = { $partner } is not your partner
heading-withdrawn = { $partner } has withdrawn its request
heading-rejected = The request of { $partner } was rejected
heading-ended = The partnership with { $partner } has ended
heading-discarded = The request of { $partner } was dropped
jump = Go to the answer
lead-partly =
    This is about { $count ->
        [one] the item
       *[other] the { $count } items
    } that nobody has decided yet.
lead-answered = You said no: { $partner } does not become a partner of { $tenant }. You can take this back until { $deadline-end }, with the code of the receipt.
lead-late =
    { $consent ->
        [opt_in] The deadline has passed without a yes, so { $partner } does not become a partner of { $tenant }. You can still say no as well.
       *[opt_out] The deadline has passed; you can still say no, and it takes effect at once. If you do nothing, { $partner } becomes the official partner of { $tenant }.
    }
lead-paused = This request is paused: nothing happens while you do nothing, and a new notice comes before any new deadline. You can say no now.
lead-review = { $operator } is examining this request again: nothing happens while you do nothing. You can say no now.
lead-associated =
    { $partner } is the official partner of { $tenant } for the items marked "active"{ $term ->
        [until] {" "}until { $term-end }, if you do nothing
        [unlimited] , until you or the partner end it
       *[other] {""}
    }. You can end it now or at any later time, and that takes effect at once.
lead-declined = There is nothing to do: you said no, and { $partner } is not a partner of { $tenant }.
lead-lapsed = There is nothing to do: nobody said yes in time, and { $partner } is not a partner of { $tenant }.
lead-withdrawn = There is nothing to do: { $partner } has withdrawn this request.
lead-rejected = There is nothing to do: { $operator } has rejected this request.
lead-ended = There is nothing to do: this partnership has ended, and by it the partner sees no data any more.
lead-discarded = There is nothing to do: this request has been dropped.
page-link-refused = You said that you are not the right person; there is nothing left for you to do. You can still say no here, now or later, and you go on getting the mails about this request.
page-link-retired = This link was retired: it still says no, now or later, and nothing else. If you think that this is a mistake, ask { $operator }: { $operator-contact }
page-link-erased = This request is closed, and the names and addresses of all people in it were erased. Nobody gets any more mails about it. A no by this link is still taken.
page-link-earlier = By this link you can only say no. For anything else use the link of the newest message about this request; if you have none, ask { $operator }: { $operator-contact }
status-proposed = being examined
status-pending = waiting
status-active = active
status-declined = you said no
status-lapsed = no answer
status-ended = ended
status-dropped = removed
status-withdrawn = withdrawn
status-rejected = rejected
decline-heading = Say no
decline-hint = Choose the items you say no to. If you choose none, your "no" is to all of them.
join-hint = Somebody else in your organisation has said no to what follows. If you say no as well, your no stands even if theirs is taken back.
decline-legend = Items
decline-button = Say no
motive-label = Why? You need not say.
motive-none = No reason
motive-hint = { $operator } reads it, the partner does not.
motive-not-our-partner = The partner does not work for us
motive-wrong-items = These are not the right items
motive-unknown = We do not know what this is about
motive-other = Something else
agree-heading = If you agree
agree =
    { $consent ->
        [opt_in] There is nothing to send here: an administrator of { $tenant } accepts the request when signed in with { $operator }. Without a yes the request lapses.
       *[opt_out] Do nothing, there is nothing to send: if nobody says no, { $partner } becomes your official partner.
    }
undo-heading = Take back a "no"
undo-hint = Choose the items you no longer say no to. If you choose none, it is all of them.
undo-code-label = Ten-digit code from the receipt
undo-code-hint = It stands in the message that told you of the "no". The six-digit code of the notice does not take a "no" back.
undo-button = Take it back
other-heading = You need something else?
other-code-hint = These buttons take the six-digit code above.
extend-hint = More time: once, you can make the time longer.
extend-button = Ask for more time
wrong-contact-hint = Are you not the right person? Then say so: if nobody else in your organisation has been asked, we will ask somebody else. Your link then says no and nothing else.
wrong-contact-hint-unverified = Are you not the right person? Then say so: { $operator } will know, and the deadline stays as it is. Your link then says no and nothing else.
wrong-contact-button = I am not the right person
code-label = Six-digit code from the message
code-hint = It stands on a line of its own in the message that brought you here.
problem-heading = That was not sent
problem-code-malformed =
    The code has { $digits ->
        [10] ten digits and stands in the receipt
       *[other] six digits and stands in the message that brought you here
    }. Nothing was decided, and this was not counted as a try.
problem-code-wrong-no = The code is not right. The six digits stand in the message with this link; try again as often as you need.
problem-code-wrong =
    The code is not right. { $tries ->
        [0] For 15 minutes now no code is taken for this; a "no" still is.
        [one] You have one try left.
       *[other] You have { $tries } tries left.
    }
problem-code-locked =
    Too many wrong codes. Try again in { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    }; the right code works then. You can say no at once.
problem-items = Choose items of this list only.
problem-motive = Choose one of the reasons, or none.
problem-decision = Choose one of the answers.
problem-state = This is not possible now. The page shows how things stand.
result-declined = Your "no" is recorded
result-undone = Your "no" is taken back
result-refused = It is noted that you are not the right person
result-extended = You have more time now
result-unchanged = It was so already
result-unchanged-hint = Nothing had to be changed.
result-about = Request of { $partner } to be the official partner of { $tenant } in the program { $program }
result-late = It came after the deadline, and took effect at once.
result-undo = A receipt is on its way to you by mail. With the ten-digit code in it you can take this back until { $deadline-end }.
result-still-declined = What is still shown as "you said no" stays so: that "no" was not meant, or it is somebody else's and stands until they take it back.
result-copy = Everyone who was asked is told of this by mail.
result-receipt = Receipt
result-by-link = Answered by: you, by this link
result-back = Back to the request
column-item = Item
column-status = State
genuine-title = This notice is genuine
genuine-lead = { $operator } sent the notice with this code. Its text is below, as it was sent: if your message says anything else, do not trust it.
genuine-sent = The notice, as it was sent
genuine-sent-at = Sent: { $at-local }; { $at-utc }
genuine-not-kept = The text of this notice is not kept any more.
genuine-since = Since then
genuine-subject = Subject: { $subject }
genuine-older = A newer notice has been sent since.
error-not-found-title = Nothing is here
error-not-found = The address is not complete, or it is not one of ours. Copy the whole line out of the message, or ask { $operator }: { $operator-contact }
error-method-title = That is not possible
error-method = This page can be opened, and its form can be sent.
error-form-title = The form could not be read
error-form = Open the link in the message again and send the form as it is.
error-unavailable-title = Not possible right now
error-unavailable = If you have just sent an answer, we cannot say whether it was recorded. Please try again in a few minutes: sending it again does no harm.

## The customer's overview

overview-title = Who sees your data
overview-request-title = See who sees your data
overview-request-lead = { $operator } sends verified contacts of its customers a link to an overview: which partners see data of yours, since when, and what waits for you.
overview-request-label = Your e-mail address
overview-request-hint = The address under which { $operator } knows you as a contact of your organisation.
overview-request-button = Send me the link
overview-requested-title = Look into your mailbox
overview-requested-lead = If the address is that of a verified contact, a message with a link is on its way.
overview-requested-limits = The link is good for 30 minutes. At most three go to an address in a day, and none to an address that has been verified for less than seven days.
overview-requested-else = If nothing comes, write to { $operator }: { $operator-contact }. You can always say no to a partner by the link of its notice.
overview-over-title = This link is not good any more
overview-over = A link to the overview is good for 30 minutes, and only as long as you are a verified contact. Or the address is not complete: copy the whole line out of the message.
overview-over-again = Ask for another link
overview-lead = This is what partners see of { $tenant }, and what they ask for.
overview-link-end = Your link is good until { $link-end }.
overview-more = There are more requests than this page shows. Ask { $operator } for the others: { $operator-contact }
overview-nobody = No partner sees anything of { $tenant }, and none asks to.
overview-is-blocked = { $partner } may claim nothing of yours.
overview-looked = It has looked at what it could claim here, last on { $date }.
overview-sees-nothing = It sees nothing, and asks for nothing.
overview-sees =
    Of what is listed here only, { $partner } sees how many people use it on each day, and how many seats are provisioned. Counts below five are not shown.{ $history ->
        [since_association] {" "}Only days since the partnership became active can be read, none before.
        [all] {" "}Days from before the partnership became active can be read too.
       *[unknown] {""}
    }
overview-program = Program
overview-program-name = { $program }
overview-since = Since
overview-basis = On what basis
overview-basis-deemed = Nobody said no in time
overview-basis-explicit = An administrator of { $tenant } said yes
overview-until = Until
overview-until-ended = you or the partner end it
overview-until-term = { $term-last }
overview-last-read = Last read by the partner
overview-never-read = Never
overview-usage = What it can read, last 30 days
usage-line = { $from } to { $to }: { $least } to { $most } people a day
usage-line-none = No counts
usage-line-few = Every count is below five and is not shown
overview-waiting = What waits
overview-jump = End or block
overview-take-heading = End or block
overview-take-hint = By this page you can only take access away. What you choose here takes effect at once, and this page cannot take it back. Every verified contact of { $tenant } is told who did it.
overview-end-legend = End partnerships
overview-end-hint = The partner sees nothing of it any more, at once. Choose { $most } at most.
overview-block-legend = Block partners
overview-block-hint = The partner may claim nothing of yours from now on, and what it asks for now is declined. What it sees already is ended above.
overview-yes-legend = Silence
overview-yes-label = From now on silence is a "no": no partner becomes official without a yes
overview-code-label = Six-digit code from the message
overview-code-hint = It stands on a line of its own in the message that brought you here.
overview-take-button = Do this now
overview-problem-code = The code is not right. The six digits stand in the message with this link. After 20 forms another link is needed.
overview-problem-used-up = Twenty forms came by this link: it takes no more. Ask for another one.
overview-problem-nothing = Choose what is to end or to be blocked.
overview-problem-too-many = Choose { $most } partnerships at most; the others afterwards.
overview-problem-unknown = Something that you chose is not in the list any more. Look at the page as it is now.
overview-problem-blocks = As many partners are blocked as there may be. Ask { $operator }: { $operator-contact }
overview-problem-unfinished = Something went wrong on our side, and not everything was done. What is done is not in the list any more; send the form again for the rest.
overview-taken-title = Done
overview-ended = Ended at once: { $what }
overview-blocked = { $partner } may claim nothing of yours from now on.
overview-asked = From now on silence is a "no".
overview-taken-told = Every verified contact of { $tenant } is told by mail.
overview-back = Back to the overview
overview-mail-subject = { $tenant }: the link to your overview
overview-mail = Somebody asked for the overview of who sees data of { $tenant }, and gave your address. To see it, open this page:
overview-mail-button = Open the overview
overview-mail-code = The code for this page:
overview-mail-end = Link and code are good until { $link-end }. To look you need no code, only to end or block something.
overview-mail-not-you = If you did not ask for it, you need do nothing. Do not forward this message: whoever has it can end partnerships of { $tenant }.
overview-block-subject = { $tenant }: { $partner } may claim nothing any more
overview-block = From now on { $partner } may claim nothing of { $tenant }. What it had asked for and nobody had decided is declined.
overview-ask-subject = { $tenant }: silence is now a "no" to every partner
overview-ask = From now on no partner becomes official of { $tenant } without a yes: silence is a "no", in every program.
overview-by = Done by: { $contact }, by the overview of { $tenant }
overview-by-former = Done by: a contact of { $tenant } who is none any more, by the overview of { $tenant }
overview-taken-back = Only an administrator of { $tenant } who is signed in with { $operator } can take it back.
receipt-by-contact = Answered by: { $contact }, by the overview of { $tenant }
receipt-by-former-contact = Answered by: a contact of { $tenant } who is none any more, by the overview of { $tenant }

## Webhooks

webhook-disabled-subject = The webhook { $webhook } was disabled
webhook-failed = For three days every attempt to deliver events to your webhook { $webhook } has failed. Nothing is sent to it any more.
webhook-gone = The receiver of your webhook { $webhook } has answered that it wants no more events (410). Nothing is sent to it any more.
webhook-kept = No event is lost: each can be read for 90 days, and the webhook keeps its place among them.
webhook-again = Once the receiver is there again, write the webhook anew, with the command you created it with. It goes on where it was. If you need it no more, delete it.
