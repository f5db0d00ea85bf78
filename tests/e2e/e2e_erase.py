"""What is run after a restore: each claim of the list of erased ones is erased again."""

import sys
import urllib.request

import pytest

from scene import Scene
from settings import ENDPOINT, ROOT

sys.path.append(str(ROOT / "tools"))

import erase_again  # noqa: E402


@pytest.fixture
def address(api, monkeypatch):
    """The address of the API; the local cloud knows it by its host."""
    made = urllib.request.Request

    def at_host(url, **more):
        request = made(url, **more)
        request.add_header("Host", api.host)
        return request

    monkeypatch.setattr(urllib.request, "Request", at_host)
    monkeypatch.setenv("TOKEN", api.tokens["operator"])
    return ENDPOINT


def a_list_of_claims_is_erased_again_and_what_cannot_be_is_named(api, address, tmp_path, capsys):
    over, running = Scene(api), Scene(api)
    over.submit().must(201)
    over.act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)
    running.submit().must(201)
    erased = tmp_path / "erased.txt"
    erased.write_text(f"{over.claim}\n\n{running.claim}\n")
    assert erase_again.main(address, str(erased)) == 1
    told = capsys.readouterr().out
    assert f"{running.claim} was not erased: 409" in told and "1 of 2 claims are erased" in told, told
    seen = over.read("reviewer")
    assert seen["erased"] is True and "jana" not in str(seen).lower(), seen
    erased.write_text(f"{over.claim}\n")
    assert erase_again.main(address, str(erased)) == 0


def a_list_of_anything_else_is_refused_before_anything_is_erased(address, tmp_path):
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("../v1/partners/p-alpine\n")
    with pytest.raises(SystemExit):
        erase_again.main(address, str(wrong))
