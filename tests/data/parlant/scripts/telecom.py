"""Helpers with parameters build the same shape several times."""

import asyncio
import os

import parlant.sdk as p

SORRY = (
    "Apologise for the trouble, say that the line is being measured, "
    "and that this takes a minute"
)


@p.tool
async def measure_line(context: p.ToolContext) -> p.ToolResult:
    """Measures the customer's line."""
    return p.ToolResult({"ok": True, "region": os.environ.get("REGION", "north")})


@p.tool
async def book_technician(context: p.ToolContext, day: str) -> p.ToolResult:
    """Books a technician for a day."""
    return p.ToolResult({"day": day})


async def ask(source: p.JourneyState, what: str, *, when: str | None = None) -> p.JourneyState:
    transition = await source.transition_to(chat_state=f"Ask the customer {what}", condition=when)
    return transition.target


async def finish(source: p.JourneyState, words: str, condition: str) -> None:
    last = await source.transition_to(chat_state=words, condition=condition)
    await last.target.transition_to(state=p.END_JOURNEY)


async def line_trouble(agent: p.Agent) -> p.Journey:
    journey = await agent.create_journey(
        title="Trouble with the line",
        description="Finds out whether the line or the router is the cause.",
        conditions=["The customer's internet does not work"],
    )
    lamp = await ask(journey.initial_state, "which lamps of the router are lit")
    restarted = await ask(lamp, "to switch the router off and on again", when="No lamp is lit")
    measuring = (await lamp.transition_to(chat_state=SORRY, condition="At least one lamp is lit")).target
    measured = (await measuring.transition_to(tool_state=measure_line)).target
    await finish(measured, "Say that the line is fine and explain how to set the router up", "The line is fine")
    visit = await ask(measured, "for a day on which somebody is at home", when="The line is broken")
    booked = await visit.transition_to(tool_state=book_technician)
    await booked.target.transition_to(chat_state="Repeat the day and say that the technician calls before")
    await restarted.transition_to(state=measuring)
    return journey


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(name="Wire", description="A telecom's first line of help.", max_engine_iterations=5)
        await line_trouble(agent)


if __name__ == "__main__":
    asyncio.run(main())
