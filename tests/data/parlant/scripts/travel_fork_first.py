"""Several ways out of the start, a tool that is picked by name, hooks of the user's own."""

import asyncio
import logging

import parlant.sdk as p

log = logging.getLogger(__name__)


async def on_arrival(context: p.EngineContext, match: p.JourneyStateMatch) -> None:
    log.info("arrived")


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(name="Vega", description="A small travel agency.")
        trip = await agent.create_journey(
            title="Plan a trip",
            description="Train or plane, then the seat.",
            conditions=["The customer wants to travel"],
            on_match=None,
        )
        train = await trip.initial_state.transition_to(
            chat_state="Ask for the two stations and the day",
            condition="The customer wants to go by train",
            on_match=on_arrival,
        )
        plane = await trip.initial_state.transition_to(
            chat_state="Ask for the two airports and the day",
            condition="The customer wants to fly",
        )
        search = await train.target.transition_to(tool_state=p.ToolId("timetable", "search"))
        await plane.target.transition_to(state=search.target)
        seat = await search.target.transition_to(chat_state="Offer a seat by the window")
        await seat.target.transition_to(state=p.END_JOURNEY, condition="The customer is content")
        await seat.target.transition_to(
            chat_state="Offer the other seats",
            condition="The customer wants another seat",
            composition_mode=p.CompositionMode.FLUID,
        )
        await trip.prioritize_over(await agent.create_observation(condition="The customer chats about the weather"))


if __name__ == "__main__":
    asyncio.run(main())
