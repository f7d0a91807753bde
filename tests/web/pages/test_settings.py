"""The page of the settings: everything with its meaning, and nothing that is secret."""

import pytest

from holdfast.app.container import Container
from holdfast.settings import FILE, Settings
from web.persons import ANN, ROOT, post, seen_by

SETTINGS = """
transfers = 3

[notify]
smtp = "mail.example.org"
user = "me"
password = "hush-1"
to = ["ann@example.org"]

[notify.hooks]
chat = "https://chat.example.org/hush-2"

[servers."ftp.example.org"]
user = "me"
password = "hush-3"
"""


def test_each_setting_is_shown_with_its_source_and_secrets_are_not(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = container.settings.home
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE).write_text(SETTINGS)
    monkeypatch.setenv("HOLDFAST_RETRIES", "7")
    with Container(Settings.read(home)) as changed, seen_by(ROOT, changed) as browser:
        page = browser.get("/settings").text
        found = {each["name"]: each for each in browser.get("/api/v1/settings").json()["items"]}
    assert "hush" not in page + str(found)
    assert set(Settings.model_fields) <= {name.partition(".")[0] for name in found}
    assert (found["transfers"]["value"], found["transfers"]["source"]) == ("3", "holdfast.toml")
    assert (found["retries"]["value"], found["retries"]["source"]) == ("7", "environment")
    assert found["backoff"]["source"] == "as it comes"
    assert found["notify.smtp"]["source"] == "holdfast.toml"
    assert found["notify.password"]["value"] == "(hidden)"


def test_maintenance_is_turned_on_and_off(container: Container) -> None:
    with seen_by(ROOT, container) as browser:
        status, where = post(browser, "/settings/maintenance", on="true", why="a new <disk>")
        assert (status, where) == (303, "/settings")
        assert "a new &lt;disk&gt;" in browser.get("/settings").text
        assert browser.get("/api/v1/maintenance").json()["on"] is True
        post(browser, "/settings/maintenance", on="false")
        assert browser.get("/api/v1/maintenance").json()["on"] is False


def test_where_jobs_run_is_asked_when_one_wishes(container: Container) -> None:
    with seen_by(ROOT, container) as browser:
        assert "answers" in browser.get("/settings/executors").text
        (local,) = browser.get("/api/v1/executors").json()["items"]
    assert (local["name"], local["problem"]) == ("local", None)


def test_settings_are_for_administrators(container: Container) -> None:
    with seen_by(ANN, container) as browser:
        for address in ("/settings", "/settings/executors", "/api/v1/settings"):
            assert browser.get(address).status_code == 403
        assert post(browser, "/settings/maintenance", on="true")[0] == 403
        assert browser.put("/api/v1/maintenance", json={"on": True}).status_code == 403
