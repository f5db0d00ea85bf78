"""The customer's overview in a real browser, without an account: by keyboard, on a phone, enlarged, printed, and among robots."""

import re
from dataclasses import dataclass
from datetime import timedelta

import browser as chromium
import pytest
from demo import now, other_code, usage_row
from scene import Scene
from wait import until

LANGUAGES = ["cs", "en"]
SAYS = {
    "cs": {"request": "Podívejte se, kdo vidí vaše údaje", "overview": "Kdo vidí vaše údaje", "taken": "Hotovo", "problem": "Nebylo odesláno"},
    "en": {"request": "See who sees your data", "overview": "Who sees your data", "taken": "Done", "problem": "That was not sent"},
}
LINK = re.compile(r"(http\S+/c/[A-Za-z0-9_-]{63})(?![A-Za-z0-9_-])")
CODE = re.compile(r"^(\d{6})\s*$", re.MULTILINE)


@pytest.fixture
def scene(api):
    """An association of which somebody reads the usage, and a request that waits; the contacts are verified for weeks."""
    scene = Scene(api, verified=("it", "office"), items=["teams"]).associated()
    scene.clock_to((now(api) + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    today = now(api).date()
    # A line without height would count as not visible.
    rows = [{**usage_row("teams", today - timedelta(days=day)), "active_users": 10 * day} for day in (2, 3, 4)]
    api.put(f"/v1/tenants/{scene.tenant['id']}/usage", "operator", {"rows": rows}).must(200)
    waiting = Scene(api, tenant=scene.tenant, partner="borealis", items=["exchange-online"], verified=("it", "office"))
    waiting.awaiting()
    return scene


def host_of(scene: Scene) -> str:
    return "/".join(scene.link().url.split("/")[:3])


@dataclass
class Letter:
    """A mail with a link to the overview."""

    url: str
    code: str

    def page(self, language: str) -> str:
        return f"{self.url}?lang={language}"


def letters(scene: Scene, to: str) -> list[Letter]:
    return [Letter(found[1], CODE.search(text)[1]) for text in scene.mails(to) if (found := LINK.search(text))]


def letter(api, scene: Scene, to: str = "it") -> Letter:
    """Asks for a link, and waits for it."""
    before = len(letters(scene, to))
    api.form("/c", [("email", scene.address(to))]).must(200)
    return until("a link to the overview", lambda: letters(scene, to)[before:], seconds=60)[-1]


def send(visitor) -> None:
    visitor.send("away")


@pytest.mark.parametrize("language", LANGUAGES)
def the_whole_way_from_the_address_to_the_end_is_made_by_keyboard_alone(browser, api, scene, language):
    says = SAYS[language]
    with chromium.visit(browser) as visitor:
        page = visitor.open(f"{host_of(scene)}/c?lang={language}").page
        assert page.get_attribute("html", "lang") == language and says["request"] in page.inner_text("h1")
        visitor.check(f"overview-request-{language}")
        visitor.screenshot(f"overview-request-{language}")
        visitor.tab_to("#email")
        page.keyboard.type(scene.address("it"))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        visitor.check(f"overview-requested-{language}")
        visitor.screenshot(f"overview-requested-{language}")
        sent = until("a link to the overview", lambda: letters(scene, "it"), seconds=60)[-1]
        visitor.open(sent.page(language))
        assert says["overview"] in page.inner_text("h1") and "Alpine Cloud" in visitor.text and "Borealis" in visitor.text
        assert page.is_visible("svg polyline")
        visitor.check(f"overview-{language}")
        visitor.screenshot(f"overview-{language}")
        visitor.tab_to("input[name=end]")
        page.keyboard.press("Space")
        visitor.tab_to("#code")
        page.keyboard.type(sent.code)
        visitor.tab_to("button[value=away]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert says["taken"] in page.inner_text("h1")
        visitor.check(f"overview-taken-{language}")
        visitor.screenshot(f"overview-taken-{language}")
        visitor.tab_to("main a")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert says["overview"] in page.inner_text("h1") and not page.query_selector_all("input[name=end]")
    assert scene.statuses() == ["ended"]
    for to in ("it", "office"):
        scene.told(to, f"Contoso it ({scene.address('it')})")


@pytest.mark.parametrize("language", LANGUAGES)
def a_wrong_code_is_told_above_the_overview_with_a_link_to_its_field(browser, api, scene, language):
    sent = letter(api, scene)
    with chromium.visit(browser) as visitor:
        page = visitor.open(sent.page(language)).page
        page.check("input[name=end]")
        page.fill("#code", other_code(sent.code))
        send(visitor)
        assert visitor.status == 403 and page.inner_text("[role=alert] h2") == SAYS[language]["problem"]
        page.click("[role=alert] a")
        assert page.evaluate("document.activeElement.id") == "code"
        assert page.get_attribute("#code", "aria-invalid") == "true"
        assert "problem" in page.get_attribute("#code", "aria-describedby")
        assert page.is_checked("input[name=end]"), "the tick outlives the wrong code"
        visitor.check(f"overview-problem-{language}")
        visitor.screenshot(f"overview-problem-{language}")
        page.uncheck("input[name=end]")
        page.fill("#code", sent.code)
        send(visitor)
        assert visitor.status == 422
        page.click("[role=alert] a")
        assert page.evaluate("document.activeElement.id") == "choices"
        visitor.check(f"overview-nothing-{language}")
    assert scene.statuses() == ["active"]


def the_overview_fits_and_works_at_every_size_in_both_languages(browser, api, scene):
    sent = letter(api, scene)
    for name, width, height, scale in [("phone", 320, 640, 2), ("enlarged", 320, 200, 4), ("tablet", 700, 900, 1), ("desk", 1280, 800, 1)]:
        for language in LANGUAGES:
            with chromium.visit(browser, width, height, scale) as visitor:
                for url in [sent.page(language), f"{host_of(scene)}/c?lang={language}"]:
                    page = visitor.open(url).page
                    assert not visitor.overflows(), (name, url)
                    for control in page.query_selector_all("button, .field, .code"):
                        box = control.bounding_box()
                        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= 24
                page = visitor.open(sent.page(language)).page
                visitor.screenshot(f"overview-{name}-{language}")
                page.fill("#code", other_code(sent.code))
                page.check("input[name=yes]")
                send(visitor)
                assert not visitor.overflows()
    with chromium.visit(browser, 320, 640, 2) as visitor:
        page = visitor.open(sent.page("en")).page
        page.check("input[name=yes]")
        page.check("input[name=block]")
        page.fill("#code", sent.code)
        send(visitor)
        assert visitor.status == 200 and not visitor.overflows()
        assert not visitor.open(sent.page("en")).page.query_selector_all("input[name=yes]"), "it is asked for already"


@pytest.mark.parametrize("look", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def the_overview_can_be_read_in_the_dark_and_in_the_readers_own_colours(browser, api, scene, look):
    name = "-".join(look)
    with chromium.visit(browser, **look) as visitor:
        for page, url in {"request": f"{host_of(scene)}/c?lang=en", "open": letter(api, scene).page("en")}.items():
            visitor.open(url).check(f"overview-{page}-{name}")
            visitor.screenshot(f"overview-{page}-{name}")


def the_overview_is_whole_in_print(browser, api, scene):
    with chromium.visit(browser) as visitor:
        page = visitor.open(letter(api, scene).page("en")).page
        page.emulate_media(media="print")
        assert not page.is_visible("button") and not page.is_visible("#code")
        for text in ["Alpine Cloud", "Borealis", "Teams", "Nobody said no in time", "people a day"]:
            assert text in visitor.text
        visitor.screenshot("overview-print")
        assert page.pdf(format="A4")[:5] == b"%PDF-"


PRESS = """at => { const button = document.querySelectorAll('button')[at]; button.form.noValidate = true; button.form.requestSubmit(button) }"""


def a_robot_that_ticks_and_sends_everything_without_the_code_changes_nothing(browser, api, scene):
    sent = letter(api, scene)
    before = scene.read()
    with chromium.visit(browser) as visitor:
        page = visitor.open(sent.url).page
        for href in page.eval_on_selector_all("a", "all => all.map(one => one.href)"):
            visitor.open(href)
        for _ in range(2):
            page = visitor.open(sent.url).page
            for box in page.query_selector_all("input[type=checkbox]"):
                box.check()
            with page.expect_navigation():
                page.evaluate(PRESS, 0)
            assert page.is_visible("[role=alert]") and visitor.status == 422
    for method in ["PUT", "DELETE", "PATCH", "HEAD"]:
        api.call(method, f"/c/{sent.url.rpartition('/')[2]}", None)
    assert scene.read() == before
    assert not any("overview of" in text and "Done by" in text for text in scene.mails())


def a_link_that_is_over_and_what_makes_no_sense_have_pages_that_everybody_can_read(browser, api, scene):
    sent = letter(api, scene)
    with chromium.visit(browser) as visitor:
        for language in LANGUAGES:
            url = sent.page(language)
            for name, status, fields in [
                ("unknown", 422, [("unblock", "p-alpine"), ("code", sent.code)]),
                ("foreign", 422, [("block", "p-nobody"), ("code", sent.code)]),
                ("no-code", 422, [("yes", "all"), ("code", "")]),
                ("too-large", 413, [("yes", "all"), ("code", "9" * 70_000)]),
            ]:
                visitor.open(url).post(url, fields).check(f"overview-{name}-{language}")
                assert visitor.status == status, name
            visitor.open(url).post(url, [("yes", "all")], "text/plain").check(f"overview-media-type-{language}")
            assert visitor.status == 415
            visitor.open(f"{host_of(scene)}/c/nobody?lang={language}").check(f"overview-over-{language}")
            assert visitor.status == 404
        scene.clock_to((now(api) + timedelta(minutes=31)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        visitor.open(sent.page("en")).check("overview-late")
        assert visitor.status == 404 and "not good any more" in visitor.text
    assert scene.statuses() == ["active"]


def an_address_that_nobody_knows_gets_the_same_page_and_no_mail(api, scene):
    known, unknown = (api.form("/c", [("email", scene.address(name))]).must(200) for name in ("it", "nobody"))
    assert known.text == unknown.text
    until("the one link", lambda: letters(scene, "it"), seconds=60)
    assert letters(scene, "nobody") == []


def every_page_and_mail_of_the_overview_is_valid_html():
    """After the others: it judges what they have kept, and the mails."""
    chromium.PAGES.mkdir(parents=True, exist_ok=True)
    mails = [mail["BodyHtml"] for mail in chromium.outbox() if mail.get("BodyHtml") and "/c/" in mail["BodyHtml"]]
    assert mails, "no link was mailed"
    for number, mail in enumerate(mails[-20:]):
        (chromium.PAGES / f"overview-mail-{number}.html").write_text(mail)
    found = chromium.validate()
    assert not found, "\n".join(found)
