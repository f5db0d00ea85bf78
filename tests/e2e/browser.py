"""A real browser on the pages: what it shows, what it asks for, and what axe and html-validate say."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright

from aws import outbox
from settings import ROOT, STATE

NODE_MODULES = ROOT / "tests" / "e2e" / "node_modules"
PICTURES = ROOT / "tests" / "e2e" / "pictures"
SCREENS = STATE / "screens"
PAGES = STATE / "pages"

# A phone, a tablet, a window.
WIDTHS = (320, 700, 1000)

# Nothing in an answer may be worse than a page for everybody; best practice is asked for as well.
AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`)"

POST = """([url, fields, enctype]) => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action: url, enctype});
  for (const [name, value] of fields) form.append(Object.assign(document.createElement('textarea'), {name, value}));
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}"""


def executable() -> str:
    """Debian's Chromium, or the browser that CHROMIUM names."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if not found:
        raise RuntimeError("no browser: install Debian's chromium, or name one in CHROMIUM")
    return found


@contextmanager
def started():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-lcd-text"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Shown:
    """A document that came another way."""

    status: int
    html: str

    def text(self) -> str:
        return self.html


@dataclass
class Visit:
    """One visitor: a page, every request it made, every document it was answered with."""

    page: Page
    requests: list[str] = field(default_factory=list)
    documents: list[Response | Shown] = field(default_factory=list)

    def open(self, url: str) -> "Visit":
        self.page.goto(url)
        return self

    def send(self, button: str) -> None:
        """Presses a button and waits for the page it leads to."""
        with self.page.expect_navigation():
            self.page.click(f"button[value={button}]")

    def post(self, url: str, fields: list[tuple[str, str]], enctype: str = "application/x-www-form-urlencoded") -> "Visit":
        """Sends a form of any content, as no form of the page would, and waits for the answer."""
        with self.page.expect_navigation():
            self.page.evaluate(POST, [url, fields, enctype])
        return self

    def show(self, status: int, html: str) -> "Visit":
        """Shows an answer that no browser asks for."""
        self.documents.append(Shown(status, html))
        self.page.set_content(html)
        return self

    @property
    def status(self) -> int:
        return self.documents[-1].status

    @property
    def text(self) -> str:
        return self.page.inner_text("body")

    def check(self, name: str) -> None:
        """Keeps the document for html-validate, has axe look at the page, and sees that it fits every width."""
        PAGES.mkdir(parents=True, exist_ok=True)
        (PAGES / f"{name}.html").write_text(self.documents[-1].text())
        self.page.evaluate((NODE_MODULES / "axe-core" / "axe.min.js").read_text())
        assert self.page.evaluate(AXE) == [], name
        size = self.page.viewport_size
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": size["height"]})
            assert not self.overflows(), f"{name} at {width}"
        self.page.set_viewport_size(size)

    def screenshot(self, name: str) -> Path:
        SCREENS.mkdir(parents=True, exist_ok=True)
        path = SCREENS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def overflows(self) -> bool:
        """Whether anything reaches beyond the width of the window."""
        return self.page.evaluate("document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth")

    def tab_to(self, selector: str, most: int = 40) -> None:
        """Goes on with the tabulator until that element has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard")


@contextmanager
def visit(browser: Browser, width: int = 1000, height: int = 800, scale: float = 1, **options):
    """A visitor of his own, without anybody's cookies. Whatever he does, no request leaves the origin."""
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale, **options)
    visitor = Visit(context.new_page())
    visitor.page.on("request", lambda request: visitor.requests.append(request.url))
    visitor.page.on("response", lambda response: response.request.resource_type == "document" and visitor.documents.append(response))
    try:
        yield visitor
        origins = {"/".join(url.split("/")[:3]) for url in visitor.requests}
        assert len(origins) <= 1, origins
    finally:
        context.close()


def validate() -> list[str]:
    """What html-validate says of every page that was kept."""
    pages = sorted(PAGES.glob("*.html"))
    assert pages, "no page was kept"
    # To a file: what Node has not written when it exits is lost in a pipe.
    report = PAGES / "report.json"
    config = ROOT / "tests" / "e2e" / "html-validate.json"
    subprocess.run([NODE_MODULES / ".bin" / "html-validate", "--config", config, "--formatter", f"json={report}", *pages], check=False)
    results = json.loads(report.read_text())
    return [f"{Path(one['filePath']).name}:{message['line']} {message['ruleId']}: {message['message']}" for one in results for message in one["messages"]]
