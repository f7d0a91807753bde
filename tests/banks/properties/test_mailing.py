"""BioMAJ's ``mail.…`` keys: whom to tell is in the recipe, by which server is beside it."""

import pytest

from banks.properties.test_meaning import meaning, recipe
from holdfast.banks.properties.mailing import LONGEST_TAIL
from holdfast.settings.notify import Security

SITE = "mail.smtp.host=mail.example.org\nmail.admin=root@localhost\n"


def test_a_bank_s_people_take_the_place_of_the_site_s() -> None:
    assert recipe(site=SITE).notify.to == ("root@localhost",)
    assert recipe({"mail.admin": "a@b.c, d@e.f"}, site=SITE).notify.to == ("a@b.c", "d@e.f")


@pytest.mark.parametrize(
    ("said", "security", "port"),
    [
        ({}, Security.NONE, 25),
        ({"mail.tls": "true"}, Security.STARTTLS, 25),
        ({"mail.user": "u", "mail.password": "p"}, Security.STARTTLS, 25),  # as BioMAJ does not
        ({"mail.smtp.port": "587", "mail.tls": "true"}, Security.STARTTLS, 587),
        ({"mail.smtp.port": "99999"}, Security.NONE, 25),
    ],
)
def test_a_password_goes_over_tls_only(said: dict[str, str], security: Security, port: int) -> None:
    mailing = meaning(said, site=SITE).mailing
    assert mailing is not None
    assert (mailing.host, mailing.security, mailing.port) == ("mail.example.org", security, port)
    assert "password='p'" not in repr(mailing)


def test_without_a_server_there_is_no_mail() -> None:
    assert meaning({"mail.admin": "a@b.c"}).mailing is None
    assert meaning({"mail.smtp.host": " "}).mailing is None


@pytest.mark.parametrize(
    ("said", "key", "sentence"),
    [
        ({"mail.admin": "a@b.c,me"}, "mail.admin", "'me' is not a mail address"),
        ({"mail.from": "x\n y"}, "mail.from", "is not a mail address"),
        ({"mail.smtp.port": "99999"}, "mail.smtp.port", "is no port"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_place(
    said: dict[str, str], key: str, sentence: str
) -> None:
    found = meaning({**said, "mail.smtp.host": "h"})
    assert found.recipe is not None
    told = {each.key: each.sentence for each in found.problems if sentence in each.sentence}
    assert list(told) == [key]


def test_a_tail_has_a_limit() -> None:
    mailing = meaning({"mail.body.tail": "999999999"}, site=SITE).mailing
    assert mailing is not None
    assert (mailing.tail, mailing.attach) == (LONGEST_TAIL, 0)


def test_the_server_is_in_no_recipe() -> None:
    made = recipe({"mail.user": "u", "mail.password": "geheim"}, site=SITE)
    assert "geheim" not in made.model_dump_json()
    assert "mail.example.org" not in str(made.notify)
