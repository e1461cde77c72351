"""The labelling functions that come along, on invented statements."""

import pytest

from pipeline.labels.builtin import BUILTIN, reporter
from pipeline.records import Statement

ANTI, NEUTRAL, PRO = "anti-restriction", "neutral", "pro-restriction"
BY_NAME = {function.name: function for function in BUILTIN}

# Function, quotation, vote.
SAID = [
    ("demands_restriction", "“Quillon routers should be banned,”", PRO),
    ("demands_restriction", "“We will ban them from Monday,”", PRO),
    ("demands_restriction", "“Enough is enough,”", PRO),
    ("demands_restriction", "“I don't think they should be banned,”", ANTI),
    ("demands_restriction", "“The routers are blue,”", None),
    ("refuses_to_allow", "“We cannot let one firm own the grid,”", PRO),
    ("refuses_to_allow", "“This firm can’t be trusted,”", PRO),
    ("refuses_to_allow", "“We can let it be,”", None),
    ("names_a_danger", "“A dangerous and addictive product,”", PRO),
    ("names_a_danger", "“It is not dangerous,”", None),
    ("names_a_danger", "“It is not dangerous, but it is harmful and addictive,”", PRO),
    ("protects_people", "“We have to protect our children,”", PRO),
    ("protects_people", "“It doesn't protect anybody,”", None),
    ("objects_to_the_rule", "“The order is unconstitutional,”", ANTI),
    ("objects_to_the_rule", "“There is no evidence for it,”", ANTI),
    ("objects_to_the_rule", "“Routers should not be banned,”", ANTI),
    ("objects_to_the_rule", "“It is not unconstitutional,”", None),
    ("counts_the_cost", "“It will cost us thousands of jobs,”", ANTI),
    ("counts_the_cost", "“Bans don't work,”", ANTI),
    ("counts_the_cost", "“Bans work,”", None),
    ("defends_the_vendor", "“We comply with all laws,”", ANTI),
    ("defends_the_vendor", "“We have never been asked for such data,”", ANTI),
    ("defends_the_vendor", "“We sell routers,”", None),
    ("hedges", "“I don't know whether it will pass,”", NEUTRAL),
    ("hedges", "“It will pass,”", None),
    ("tells_of_talks", "“The talks went on until midnight,”", NEUTRAL),
    ("tells_of_talks", "“It went on until midnight,”", None),
    ("gives_a_figure", "“Sales fell by 4 percent,”", NEUTRAL),
    ("gives_a_figure", "“Sales fell in 2031,”", None),
]


def statement(text="“It is late,”", context=None, title="", target="Quillon routers"):
    return Statement("q", "a", "s", text, text if context is None else context, title, target)


@pytest.mark.parametrize(("name", "text", "vote"), SAID)
def test_a_function_reads_the_quotation(name, text, vote):
    assert BY_NAME[name](statement(text)) == vote


# What the reporter tells around the quotation, and the vote.
TOLD = [
    ("Olsen urged the council to ban the routers. {} she said.", PRO),
    ("{} said Olsen, who called for a nationwide ban.", PRO),
    ("The firm denied the allegations. {} it said.", ANTI),
    ("Olsen criticised the decision. {} she said.", ANTI),
    ("The firm fought the order. Olsen came. She backed the ban. {} she said.", PRO),  # two sentences are read
    ("The firm fought the order. Olsen backed the ban. {} she said.", None),
    ("Olsen did not support the ban. {} she said.", ANTI),
    ("“Back the ban,” read a poster. {} said Olsen.", None),  # the words of others are not the reporter's
    ("Olsen backed the ban and criticised the law. {} she said.", None),
    ("{} she said.", None),
]


@pytest.mark.parametrize(("told", "vote"), TOLD)
def test_a_function_reads_the_reporter_beside_the_quotation(told, vote):
    quotation = "“It is late,”"
    assert BY_NAME["reported_stand"](statement(quotation, told.format(quotation))) == vote


def test_a_quotation_that_is_not_in_its_context_has_no_reporter():
    assert reporter(statement("“One thing,”", "Olsen backed the ban.")) == ""


# Context, title, target, vote.
AWAY = [
    ("“My mother baked,” said Olsen.", "A life in bread", "Quillon routers", NEUTRAL),
    ("“My mother baked,” said Olsen of Quillon.", "A life in bread", "Quillon routers", None),
    ("“My mother baked,” said Olsen.", "The router maker's life", "Quillon routers", None),
    ("“My mother baked,” said Olsen.", "Council votes on ban", "Quillon routers", None),
    ("“My mother baked,” said Olsen.", "A life in bread", "", NEUTRAL),
]


@pytest.mark.parametrize(("context", "title", "target", "vote"), AWAY)
def test_a_statement_without_a_word_of_the_debate_is_neutral(context, title, target, vote):
    assert BY_NAME["away_from_the_debate"](statement("“My mother baked,”", context, title, target)) == vote


def test_every_function_has_an_example_where_it_votes_and_one_where_it_abstains():
    examples = [(name, vote) for name, _, vote in SAID]
    examples += [("reported_stand", vote) for _, vote in TOLD]
    examples += [("away_from_the_debate", vote) for *_, vote in AWAY]
    assert {name for name, vote in examples if vote} == set(BY_NAME) == {name for name, vote in examples if not vote}


def test_no_function_looks_at_who_speaks_or_at_the_label():
    texts = {text for _, text, _ in SAID}
    for function in BUILTIN:
        for text in texts:
            bare = statement(text)
            named = Statement("q", "a", "s", text, text, "", "Quillon routers", speaker="Quillon", label=PRO)
            assert function(bare) == function(named)
