"""Recipes by programs: read, check and replace them; templates; when banks are updated."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field
from starlette.requests import Request

from holdfast.accounts.people import Scope
from holdfast.app.banks.editing import Saved, recipe_text, save_recipe
from holdfast.app.banks.effective import Effective, effective_values
from holdfast.app.banks.templates import (
    TemplateLine,
    TemplateText,
    list_templates,
    show_template,
)
from holdfast.app.banks.texts import Form, check_text
from holdfast.app.banks.timing import BankTimings, bank_timings, set_timing
from holdfast.banks.properties.problems import Problem, Severity
from holdfast.web.api.banks import Bank, Word, Words
from holdfast.web.pages.seeing_banks import seen
from holdfast.web.site import container_of, needs, person_of

routes = APIRouter(tags=["banks"])
changing = Depends(needs(Scope.BANKS))

Text = Annotated[str, Field(max_length=4 * 1024**2)]


class ProblemShown(BaseModel):
    """Something odd about a recipe."""

    severity: Severity
    line: int | None = Field(description="Counted from 1; null where it is about the whole.")
    key: str
    sentence: str

    @classmethod
    def of(cls, problem: Problem) -> "ProblemShown":
        """What is shown of a problem."""
        return cls(
            severity=problem.severity,
            line=problem.line,
            key=problem.key,
            sentence=problem.sentence,
        )


class RecipeShown(BaseModel):
    """The recipe of a bank as it is written."""

    bank: str
    form: Form
    text: str = Field(description="Empty where it is hidden.")
    digest: str = Field(description="Of the text: whoever replaces it sends it back.")
    problems: list[ProblemShown]
    may_change: bool
    hidden: str = Field(description="Why the text is not shown, if it is not.")


class RecipeSaid(BaseModel):
    """A recipe that is to replace another."""

    text: Text
    digest: Word = Field(description="That of the text which was read.")


class RecipeToCheck(BaseModel):
    """A recipe that somebody writes."""

    text: Text
    form: Form = Form.TOML
    name: Word = Field("", description="Of the bank, if it is known.")


class Checked(BaseModel):
    """What is odd about a recipe."""

    sound: bool = Field(description="Whether it can be used.")
    problems: list[ProblemShown]


class Values(BaseModel):
    """What holds for a bank."""

    items: list[Effective]
    next: None = None


class TemplateList(BaseModel):
    """Templates of recipes."""

    items: list[TemplateLine]
    next: None = None


class TimingSaid(BaseModel):
    """When a bank is to be updated by itself."""

    cron: Word = Field(description="Five fields, or `@daily` …; empty: not by itself.")
    zone: Word = ""
    enabled: bool = True


@routes.post("/recipes/check", dependencies=[changing])
def check_recipe(request: Request, said: RecipeToCheck) -> Checked:
    """What is odd about a recipe, line by line; nothing is kept."""
    problems = check_text(container_of(request), said.text, said.form, said.name)
    sound = not any(each.severity is Severity.ERROR for each in problems)
    return Checked(sound=sound, problems=[ProblemShown.of(each) for each in problems])


@routes.get("/banks/{bank}/recipe")
def show_recipe(request: Request, bank: Bank) -> RecipeShown:
    """The recipe of a bank. Those who may not change it see it if it has no secrets."""
    found = recipe_text(seen(request, bank), bank)
    return RecipeShown(
        bank=bank,
        form=found.form,
        text=found.text,
        digest=found.digest,
        problems=[ProblemShown.of(each) for each in found.problems],
        may_change=found.may_edit,
        hidden=found.hidden,
    )


@routes.put("/banks/{bank}/recipe", dependencies=[changing])
def replace_recipe(request: Request, bank: Bank, said: RecipeSaid) -> Saved:
    """Replace the recipe of a bank; what it was is kept."""
    return save_recipe(seen(request, bank), bank, said.text, said.digest)


@routes.get("/banks/{bank}/values", dependencies=[changing])
def list_values(request: Request, bank: Bank) -> Values:
    """What holds for a bank, and where each value is said."""
    return Values(items=list(effective_values(seen(request, bank), bank)))


@routes.get("/banks/{bank}/schedule")
def show_schedule_of_bank(request: Request, bank: Bank) -> BankTimings:
    """When a bank is updated by itself."""
    found = bank_timings(seen(request, bank), bank)
    if person_of(request).is_administrator:
        return found
    named = tuple(
        replace(each, file=each.file.relative_to(each.file.parent)) for each in found.schedules
    )
    return replace(found, schedules=named)


@routes.put("/banks/{bank}/schedule", dependencies=[changing])
def set_schedule_of_bank(request: Request, bank: Bank, said: TimingSaid) -> BankTimings:
    """Have the recipe of a bank say when it is updated by itself."""
    container = seen(request, bank)
    set_timing(container, bank, said.cron, said.zone, enabled=said.enabled)
    return bank_timings(container, bank)


@routes.get("/templates")
def list_recipe_templates(request: Request, q: Words = "") -> TemplateList:
    """Recipes to begin with."""
    return TemplateList(items=list(list_templates(container_of(request), tuple(q.split()))))


@routes.get("/templates/{name}")
def show_recipe_template(
    request: Request, name: Annotated[str, Path(max_length=200)]
) -> TemplateText:
    """One of them, as it is written."""
    return show_template(container_of(request), name)
