"""The customer's pages in a real browser: by keyboard, on a phone, enlarged, printed, and among robots."""

import os
import re
import uuid
from datetime import timedelta

import browser as chromium
import pytest
import seed
from demo import instant, other_code
from link import sign_old
from scene import Scene
from settings import OPERATOR_CONTACT, OPERATOR_NAME, ROOT
from wait import until


@pytest.fixture
def awaiting(api):
    return Scene(api).awaiting()


def url_of(scene: Scene, language: str = "", by: str = "") -> str:
    url = scene.link(by).url
    return f"{url}?lang={language}" if language else url


def code(scene: Scene, by: str = "") -> str:
    return scene.code(by)


def buttons(visitor) -> list[str]:
    return visitor.page.eval_on_selector_all("button", "all => all.map(one => one.value)")


LANGUAGES = ["cs", "en"]
SAYS = {
    "cs": {"question": "Má být společnost Alpine Cloud", "no": "Vaše odmítnutí je zaznamenáno", "silence": "Pokud neuděláte nic", "problem": "Nebylo odesláno", "undone": "Vaše odmítnutí bylo vzato zpět"},
    "en": {"question": "Shall Alpine Cloud be your partner", "no": 'Your "no" is recorded', "silence": "If you do nothing", "problem": "That was not sent", "undone": 'Your "no" is taken back'},
}


@pytest.mark.parametrize("language", LANGUAGES)
def the_whole_decision_is_made_by_keyboard_alone(browser, awaiting, language):
    says = SAYS[language]
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(awaiting, language)).page
        assert page.get_attribute("html", "lang") == language
        assert says["question"] in page.inner_text("h1")
        assert OPERATOR_NAME in page.inner_text("header") and OPERATOR_NAME in page.inner_text("footer")
        assert page.inner_text(".lead").startswith(says["silence"])
        visitor.check(f"open-{language}")
        visitor.screenshot(f"open-{language}")
        visitor.tab_to("input[type=checkbox][value='2']")
        page.keyboard.press("Space")
        visitor.tab_to("#reason")
        page.keyboard.press("ArrowDown")
        assert page.input_value("#reason") == "not_our_partner"
        visitor.tab_to("#code")
        page.keyboard.type(code(awaiting))
        visitor.tab_to("button[value=decline]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert says["no"] in page.inner_text("h1") and awaiting.claim in visitor.text
        visitor.check(f"result-{language}")
        visitor.screenshot(f"result-{language}")
        assert awaiting.statuses() == ["pending", "declined", "pending"]
        assert awaiting.reason_of("items_declined", "reviewer") == "not_our_partner"
        assert awaiting.reason_of("items_declined", "alpine_admin") is None, "the partner never reads it"
        visitor.tab_to("main a")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        visitor.check(f"partly-declined-{language}")
        visitor.tab_to("#undo-code")
        page.keyboard.type(awaiting.undo_code())
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert says["undone"] in page.inner_text("h1")
        assert awaiting.statuses() == ["pending"] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def a_wrong_code_is_told_above_the_page_with_a_link_to_its_field(browser, awaiting, language):
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(awaiting, language)).page
        page.fill("#code", other_code(code(awaiting)))
        visitor.send("decline")
        assert page.inner_text("[role=alert] h2") == SAYS[language]["problem"]
        page.click("[role=alert] a")
        assert page.evaluate("document.activeElement.id") == "code"
        assert page.get_attribute("#code", "aria-invalid") == "true"
        assert "problem" in page.get_attribute("#code", "aria-describedby")
        visitor.check(f"problem-{language}")
        visitor.screenshot(f"problem-{language}")
    assert awaiting.statuses() == ["pending"] * 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "width", "height", "scale"), [("phone", 320, 640, 2), ("enlarged", 320, 200, 4), ("tablet", 700, 900, 1), ("window", 1000, 700, 1), ("desk", 1280, 800, 1)])
def the_page_fits_and_works_at_every_size(browser, awaiting, name, width, height, scale, language):
    with chromium.visit(browser, width, height, scale) as visitor:
        page = visitor.open(url_of(awaiting, language)).page
        assert not visitor.overflows()
        for button in page.query_selector_all("button"):
            box = button.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= 24
        page.check("input[type=checkbox][value='2']")
        page.fill("#code", other_code(code(awaiting)))
        visitor.send("decline")
        assert not visitor.overflows()
        visitor.screenshot(f"problem-{name}-{language}")
        page.fill("#code", code(awaiting))
        visitor.send("decline")
        assert not visitor.overflows()
        visitor.screenshot(f"result-{name}-{language}")
        visitor.open(url_of(awaiting, language)).screenshot(f"declined-{name}-{language}")
        assert not visitor.overflows()
    assert awaiting.statuses() == ["pending", "declined", "pending"], "the tick outlived the wrong code"


def the_no_is_as_prominent_as_the_keep(browser, awaiting):
    look = """id => { const one = getComputedStyle(document.getElementById(id)); return [one.fontSize, one.fontWeight, one.color, one.display, one.marginTop] }"""
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(awaiting)).page
        assert page.evaluate(look, "no") == page.evaluate(look, "keep")
        assert page.query_selector("#no").bounding_box()["y"] < page.query_selector("#keep").bounding_box()["y"]
        assert not page.query_selector_all("input:checked"), "nothing is chosen beforehand"


@pytest.mark.parametrize("look", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def the_page_can_be_read_in_the_dark_and_in_the_readers_own_colours(browser, awaiting, look):
    name = "-".join(look)
    with chromium.visit(browser, **look) as visitor:
        page = visitor.open(url_of(awaiting, "en")).page
        visitor.check(name)
        visitor.screenshot(name)
        page.fill("#code", other_code(code(awaiting)))
        visitor.send("decline")
        visitor.check(f"problem-{name}")
        visitor.screenshot(f"problem-{name}")


def the_page_is_whole_in_print(browser, awaiting):
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(awaiting)).page
        page.emulate_media(media="print")
        assert not page.is_visible("button") and not page.is_visible("#code")
        for text in ["Exchange Online", "Alpine Cloud", "UTC", "Počítané dny"]:
            assert text in visitor.text
        visitor.screenshot("print")
        assert page.pdf(format="A4")[:5] == b"%PDF-"


def every_state_has_a_page_that_everybody_can_read(browser, api):
    scenes = {name: Scene(api) for name in ["withdrawn", "held", "declined", "extended"]}
    for scene in scenes.values():
        scene.awaiting()
    urls = {name: url_of(scene) for name, scene in scenes.items()}
    scenes["withdrawn"].act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)
    scenes["held"].act("review", "operator", {"action": "hold", "comment": "We are asking."}).must(200)
    scenes["declined"].decide("decline").must(200)
    scenes["extended"].decide("extend").must(200)
    with chromium.visit(browser) as visitor:
        for name, url in urls.items():
            for language in LANGUAGES:
                visitor.open(f"{url}?lang={language}").check(f"{name}-{language}")
            visitor.screenshot(name)
        text = scenes["held"].mail()["BodyText"]
        visitor.open(re.search(r"http\S+/n/\S+", text)[0]).screenshot("genuine")
        ended = scenes["declined"]
        ended.past_the_deadline()
        visitor.open(urls["declined"]).check("final-no")


def every_refusal_has_a_page_that_everybody_can_read(browser, api, awaiting):
    digits, wrong = code(awaiting), other_code(code(awaiting))
    no = ("decision", "decline")
    host = "/".join(url_of(awaiting).split("/")[:3])
    with chromium.visit(browser) as visitor:
        for language in LANGUAGES:
            url = url_of(awaiting, language)
            for name, status, fields in [
                ("items", 422, [no, ("items", "9"), ("code", digits)]),
                ("two-decisions", 422, [no, ("decision", "undo"), ("code", digits)]),
                ("no-code", 422, [no, ("code", "")]),
                ("undo-code-of-the-notice", 422, [("decision", "undo"), ("code", digits)]),
                ("too-large", 413, [no, ("code", "9" * 70_000)]),
            ]:
                visitor.open(url).post(url, fields).check(f"{name}-{language}")
                assert visitor.status == status, name
            visitor.open(url).post(url, [no], "text/plain").check(f"media-type-{language}")
            assert visitor.status == 415
            answer = api.call("PUT", f"/d/{awaiting.link().token}?lang={language}", None).must(405)
            visitor.open(url).show(answer.status, answer.text).check(f"method-{language}")
            for name, path in {"unknown": "/d/nobody", "no-notice": "/n/AAAAA-AAAAA"}.items():
                visitor.open(f"{host}{path}?lang={language}").check(f"{name}-{language}")
                assert visitor.status == 404
            genuine = re.search(r"http\S+/n/\S+", awaiting.mail()["BodyText"])[0]
            visitor.open(f"{genuine}?lang={language}").check(f"genuine-{language}")
        more = ("decision", "extend")
        url = url_of(awaiting)
        for _ in range(10):
            visitor.open(url).post(url, [more, ("code", wrong)])
        for language in LANGUAGES:
            url = url_of(awaiting, language)
            visitor.open(url).post(url, [more, ("code", digits)]).check(f"locked-{language}")
            assert visitor.status == 429
        visitor.screenshot("locked")
    assert awaiting.statuses() == ["pending"] * 3


def every_result_has_a_page_that_everybody_can_read(browser, api):
    for language in LANGUAGES:
        scene = Scene(api, verified=("it", "office")).awaiting()
        url, six = url_of(scene, language), code(scene)
        with chromium.visit(browser) as visitor:
            for name, fields in [
                ("extend", [("decision", "extend")]),
                ("no", [("decision", "decline"), ("items", "1")]),
                ("no-again", [("decision", "decline"), ("items", "1")]),
                ("undo", [("decision", "undo")]),
                ("wrong-contact", [("decision", "wrong_contact")]),
                ("no-of-who-refused", [("decision", "decline")]),
            ]:
                digits = scene.undo_code() if name == "undo" else six
                visitor.open(url).post(url, [*fields, ("code", digits)]).check(f"result-{name}-{language}")
                assert visitor.status == 200, name
                visitor.screenshot(f"result-{name}-{language}")


def every_link_has_the_page_of_what_it_may_do(browser, api, stack):
    scene = Scene(api, contact="jana", verified=("it", "office", "board")).awaiting()
    assert set(scene.recipients()) == {"jana", "it", "office", "board"}
    scene.decide("wrong_contact", by="office").must(200)
    scene.decide("decline", [1], by="jana").must(200)
    old, _ = sign_old(stack, scene.link("it"))
    host = "/".join(url_of(scene).split("/")[:3])
    with chromium.visit(browser) as visitor:
        for name, url, offered, says in [
            ("verified", url_of(scene), ["decline", "extend", "wrong_contact", "undo"], "take back"),
            ("domain", url_of(scene, by="jana"), ["decline", "wrong_contact"], "the deadline stays as it is"),
            ("refused", url_of(scene, by="office"), ["decline"], "You said that you are not the right person"),
            ("old", f"{host}/d/{old}", ["decline"], "By this link you can only say no"),
        ]:
            for language in LANGUAGES:
                visitor.open(f"{url}?lang={language}").check(f"link-{name}-{language}")
                assert buttons(visitor) == offered, name
                visitor.screenshot(f"link-{name}-{language}")
            assert says.lower() in visitor.text.lower(), name


def a_retired_link_says_whom_to_ask_and_ends_what_is_active(browser, api):
    scene = Scene(api, verified=("it", "office"), items=["teams"]).awaiting()
    scene.act("review", "operator", {"action": "retire_link", "recipient": 2, "comment": "They asked us to."}).must(200)
    with chromium.visit(browser) as visitor:
        for language in LANGUAGES:
            visitor.open(url_of(scene, language, "office")).check(f"link-retired-{language}")
            assert buttons(visitor) == ["decline"] and OPERATOR_CONTACT in visitor.page.inner_text("#link")
        visitor.screenshot("link-retired")
        visitor.post(url_of(scene, "en", "office"), [("decision", "extend"), ("code", code(scene, "office"))]).check("link-retired-refused")
        assert visitor.status == 409 and visitor.page.is_visible("[role=alert]")
        scene.past_the_deadline()
        assert scene.statuses() == ["active"]
        visitor.open(url_of(scene, "en", "office")).check("link-retired-associated")
        visitor.screenshot("link-retired-associated")
        visitor.page.fill("#code", code(scene, "office"))
        visitor.send("decline")
        visitor.check("link-retired-ended")
    assert scene.statuses() == ["ended"]


def the_page_of_an_earlier_notice_takes_a_no_and_says_so(browser, api):
    scene = Scene(api).awaiting()
    scene.act("review", "operator", {"action": "hold", "comment": "We are asking."}).must(200)
    scene.act("review", "operator", {"action": "resume"}).must(200)
    until("the window to open again", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    with chromium.visit(browser) as visitor:
        for language in LANGUAGES:
            visitor.open(url_of(scene, language)).check(f"link-earlier-{language}")
            assert buttons(visitor) == ["decline"]
        assert "By this link you can only say no" in visitor.text
        visitor.screenshot("link-earlier")
        visitor.page.fill("#code", code(scene))
        visitor.send("decline")
    assert scene.statuses() == ["declined"] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def the_undo_has_a_form_and_a_code_of_its_own(browser, awaiting, language):
    awaiting.decide("decline", [2]).must(200)
    digits = awaiting.undo_code()
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(awaiting, language)).page
        for typed, status in [(code(awaiting), 422), (other_code(digits), 403)]:
            page.fill("#undo-code", typed)
            visitor.send("undo")
            assert visitor.status == status
            visitor.check(f"undo-{status}-{language}")
            page.click("[role=alert] a")
            assert page.evaluate("document.activeElement.id") == "undo-code"
            assert page.get_attribute("#undo-code", "aria-invalid") == "true" and not page.get_attribute("#code", "aria-invalid")
            visitor.screenshot(f"undo-{status}-{language}")
        page.fill("#undo-code", f"{digits[:5]} {digits[5:]}")
        visitor.send("undo")
        visitor.check(f"undone-{language}")
        visitor.screenshot(f"undone-{language}")
    assert awaiting.statuses() == ["pending"] * 3


def a_claim_that_nobody_waits_for_has_a_page_as_well(browser, api):
    unreachable = Scene(api, contact="bounce", verified=("bounce",)).validated()
    until("the bounce", lambda: unreachable.read()["status"] == "unreachable", seconds=60)
    rejected = Scene(api).awaiting()
    rejected.act("review", "operator", {"action": "hold", "comment": "We are asking."}).must(200)
    rejected.act("review", "reviewer", {"action": "reject", "reasons": [{"code": "policy_violation"}]}).must(200)
    with chromium.visit(browser) as visitor:
        for name, scene in {"unreachable": unreachable, "rejected": rejected}.items():
            for language in LANGUAGES:
                visitor.open(url_of(scene, language)).check(f"{name}-{language}")
            visitor.screenshot(name)


def between_the_deadline_and_the_close_the_page_takes_a_no_and_says_so(browser, api):
    late = Scene(api).awaiting()
    urls = {language: url_of(late, language) for language in LANGUAGES}
    closes_at = instant(late.read()["window"]["closes_at"])
    late.clock_to((closes_at + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    with chromium.visit(browser) as visitor:
        for language, url in urls.items():
            visitor.open(url).check(f"late-{language}")
        assert "The deadline has passed; you can still say no" in visitor.text
        visitor.screenshot("late")


def a_late_no_ends_the_association_and_says_so(browser, api):
    scene = Scene(api, items=["teams"]).associated()
    with chromium.visit(browser) as visitor:
        visitor.open(url_of(scene, "en")).check("associated")
        visitor.page.fill("#code", code(scene))
        visitor.send("decline")
        visitor.check("late-result")
        visitor.screenshot("late-result")
        visitor.open(url_of(scene, "en")).check("ended")
        assert "this partnership has ended" in visitor.text
    assert scene.statuses() == ["ended"]


PRESS = """at => { const button = document.querySelectorAll('button')[at]; button.form.noValidate = true; button.form.requestSubmit(button) }"""


def a_robot_that_runs_scripts_and_posts_every_form_without_the_code_changes_nothing(browser, awaiting):
    before = awaiting.read()
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(awaiting)).page
        for href in page.eval_on_selector_all("a", "all => all.map(one => one.href)"):
            visitor.open(href)
        offered = buttons(visitor.open(url_of(awaiting)))
        assert offered == ["decline", "extend", "wrong_contact"]
        for at in range(len(offered)):
            visitor.open(url_of(awaiting))
            with page.expect_navigation():
                page.evaluate(PRESS, at)
            assert page.is_visible("[role=alert]")
    assert awaiting.read() == before


def a_robot_with_the_whole_mail_can_at_most_decline_and_the_administrator_takes_it_back(browser, api):
    scene = Scene(api, tenant=seed.tailwind()).awaiting()
    digits = code(scene)
    with chromium.visit(browser) as visitor:
        page = visitor.open(url_of(scene)).page
        for value in ["decline", "undo", "extend", "wrong_contact"]:
            visitor.open(url_of(scene))
            for field in page.query_selector_all("input[name=code]"):
                field.fill(digits)
            if value in buttons(visitor):
                with page.expect_navigation():
                    page.evaluate(PRESS, buttons(visitor).index(value))
        assert buttons(visitor.open(url_of(scene))) == [], "the link says no, and has said it to everything"
        visitor.check("declined-and-refused")
    assert scene.statuses() == ["declined"] * 3
    undone = api.post(f"/v1/customer{scene.path.removeprefix('/v1')}/undo", "tailwind_admin", {}).must(200).json
    # The one recipient whose delivery counted has refused as well: nothing closes before somebody else is asked.
    assert undone["status"] == "unreachable" and scene.statuses() == ["pending"] * 3
    scene.act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)


def a_form_that_makes_no_sense_is_answered_with_a_page_and_loses_nothing(api, awaiting):
    path = f"/d/{awaiting.link().token}"
    digits = code(awaiting)
    no = ("decision", "decline")
    for fields, status in [
        ([no, ("items", "9"), ("code", digits)], 422),
        ([no, ("decision", "undo"), ("code", digits)], 422),
        ([no, ("surprise", "1"), ("code", digits)], 422),
        ([("code", digits)], 422),
        ([no, ("code", "letter")], 422),
        ([no, ("code", digits), ("code", digits)], 422),
        ([no, ("code", other_code(digits))], 403),
    ]:
        answer = api.form(path, fields).must(status)
        assert "<h1>" in answer.text and 'role="alert"' in answer.text, fields
    api.call("POST", path, None, "x" * 1_000_000, content_type="application/x-www-form-urlencoded").must(413)
    api.call("POST", path, None, {"decision": "decline"}).must(415)
    api.get(f"{path}?lang=tlh").must(200)
    for token in ["a" * 5000, "!!!!", str(uuid.uuid4())]:
        api.get(f"/d/{token}").must(404)
    assert awaiting.statuses() == ["pending"] * 3


def the_readme_has_small_pictures_of_the_page(browser, awaiting):
    """`make pictures` takes them anew, in two halves to stand side by side."""
    with chromium.visit(browser, 560, 700) as visitor:
        page = visitor.open(url_of(awaiting, "en")).page
        half = page.query_selector("#deadline").bounding_box()["y"] - 8
        end = page.query_selector("footer").bounding_box()["y"]
        for name, top, bottom in [("question", 0, half), ("answer", half, end)]:
            picture = page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": 560, "height": bottom - top})
            kept = chromium.PICTURES / f"decision-page-{name}.png"
            if os.environ.get("CPOR_PICTURES"):
                chromium.PICTURES.mkdir(exist_ok=True)
                kept.write_bytes(picture)
            assert kept.read_bytes()[:4] == picture[:4] and kept.stat().st_size < 200_000


# The kinds of mails beside the notice, each by the message that is its subject.
KINDS = {"receipt": "receipt-declined-subject", "extended": "extended-subject", "withdrawn": "withdrawn-subject", "activated": "activated-subject"}


def words_of(language: str, message: str) -> str:
    """The longest piece of a message that no name stands in; of one with variants, of the usual one."""
    texts = (ROOT / "shared" / "language" / "texts" / language / "notices.ftl").read_text()
    lines = re.search(rf"^{message} =(.*(?:\n .*)*)", texts, re.MULTILINE)[1].splitlines()
    usual = next((line.partition("]")[2] for line in lines if line.strip().startswith("*[")), lines[0])
    return max(re.split(r"\{[^{}]*\}", usual), key=len).strip()


@pytest.fixture(scope="module", params=LANGUAGES)
def mails(api, request) -> dict[str, str]:
    """The HTML of a mail of each kind, in one language."""
    left = Scene(api, locale=request.param).awaiting()
    left.act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)
    told = Scene(api, locale=request.param).awaiting()
    told.decide("extend").must(200)
    told.decide("decline", [1]).must(200)
    told.past_the_deadline()
    assert told.read()["status"] == "associated"
    words = {kind: words_of(request.param, message) for kind, message in KINDS.items()}

    def arrived() -> dict[str, str] | None:
        ours = [mail for mail in chromium.outbox() for scene in (told, left) if scene.address("it") in mail["To"]]
        found = {kind: mail["BodyHtml"] for mail in ours for kind, piece in words.items() if piece in mail["Subject"]}
        return found if len(found) == len(words) else None

    return {"notice": told.mail()["BodyHtml"], **until("a mail of each kind", arrived, seconds=60)}


def every_mail_fits_the_width_of_its_window(browser, mails):
    assert mails.keys() == {"notice", *KINDS}
    for width in chromium.WIDTHS:
        for scheme in ("light", "dark"):
            with chromium.visit(browser, width, color_scheme=scheme) as visitor:
                for kind, mail in mails.items():
                    visitor.page.set_content(mail)
                    assert not visitor.overflows(), f"{kind} at {width}, {scheme}"


def every_page_and_mail_is_valid_html(browser, mails):
    """After the others: it judges what they have kept, and the mails."""
    chromium.PAGES.mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate([*mails.values(), *(one["BodyHtml"] for one in chromium.outbox()[-40:] if one.get("BodyHtml"))]):
        (chromium.PAGES / f"mail-{number}.html").write_text(mail)
    found = chromium.validate()
    assert not found, "\n".join(found)
