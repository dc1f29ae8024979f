"""A library's assistant: renews cards, with tools, terms and guidelines beside the journey."""

import asyncio
from datetime import date
from enum import Enum
from typing import Annotated, Optional

import parlant.sdk as p


class Kind(str, Enum):
    ADULT = "adult"
    CHILD = "child"


CARDS = {"A-17": date(2031, 1, 1)}


@p.tool
async def find_card(context: p.ToolContext, number: str) -> p.ToolResult:
    """Finds a library card.

    The number stands under the bar code, such as A-17.
    """
    until = CARDS.get(number)
    if until is None:
        return p.ToolResult({"found": False})
    return p.ToolResult({"found": True, "until": until.isoformat()})


@p.tool
async def renew_card(
    context: p.ToolContext,
    number: str,
    years: int = 1,
    kind: Kind = Kind.ADULT,
    email: Optional[str] = None,
    note: Annotated[str, p.ToolParameterOptions(description="What the desk should know")] = "",
) -> p.ToolResult:
    """Renews a card."""
    return p.ToolResult({"renewed": number, "years": years, "kind": kind.value, "email": email, "note": note})


async def add_glossary(agent: p.Agent) -> None:
    await agent.create_term(
        name="Card year",
        description="Twelve months from the day on which the card was issued.",
        synonyms=["membership year"],
    )
    await agent.create_term(name="Desk", description="Ground floor, open from 9 to 18.")


async def create_renewal_journey(agent: p.Agent) -> p.Journey:
    journey = await agent.create_journey(
        title="Renew a library card",
        description="Finds the card, checks that it may be renewed, renews it.",
        conditions=[
            "The visitor wants to renew their card",
            "The visitor's card has run out",
        ],
    )

    # First, which card is it?
    t0 = await journey.initial_state.transition_to(
        chat_state="Ask for the number of the card",
    )
    t1 = await t0.target.transition_to(tool_state=find_card)

    t2 = await t1.target.transition_to(
        chat_state="Confirm for how many years the card is to be renewed",
        condition="The card was found",
    )
    t3 = await t1.target.transition_to(
        chat_state="Say that there is no such card and ask to look at the bar code again",
        condition="The card was not found",
    )
    # Round again with the other number.
    await t3.target.transition_to(state=t1.target, condition="The visitor gives another number")
    await t3.target.transition_to(state=p.END_JOURNEY, condition="The visitor gives up")

    t4 = await t2.target.transition_to(
        tool_state=renew_card,
        tool_instruction="Renew the card for the years that were agreed",
        condition="The visitor confirms",
    )
    t5 = await t4.target.transition_to(chat_state="Say until when the card is valid now")
    await t5.target.transition_to(state=p.END_JOURNEY)

    await journey.create_guideline(
        condition="The visitor asks about fines",
        action="Say that fines are paid at the desk, and that a card with fines can be renewed",
    )
    await journey.create_observation(condition="The visitor is a child")

    return journey


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(
            name="Page",
            description="Helps the visitors of a town library. Short, kind, exact.",
        )
        await add_glossary(agent)
        await create_renewal_journey(agent)
        await agent.create_guideline(
            condition="The visitor asks for something that has nothing to do with the library",
            action="Say that you can only help with the library",
        )


if __name__ == "__main__":
    asyncio.run(main())
