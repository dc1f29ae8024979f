"""Two agents, three journeys, and one that another links to."""

import asyncio

import parlant.sdk as p

HOTEL = "Hotel Meridian"
GREETING = f"Welcome the guest to {HOTEL}"


@p.tool
async def free_rooms(context: p.ToolContext, nights: int, guests: int) -> p.ToolResult:
    """Rooms that are free."""
    return p.ToolResult({"rooms": ["101", "204"], "nights": nights, "guests": guests})


@p.tool
async def book_room(context: p.ToolContext, room: str) -> p.ToolResult:
    return p.ToolResult({"booked": room})


async def identify_guest(agent: p.Agent) -> p.Journey:
    journey = await agent.create_journey(
        title="Identify the guest",
        description="Name and date of birth.",
        conditions=[],
    )
    name = await journey.initial_state.transition_to(chat_state="Ask for the guest's full name")
    birth = await name.target.transition_to(chat_state="Ask for the date of birth")
    await birth.target.transition_to(state=p.END_JOURNEY)
    return journey


async def book(agent: p.Agent, identify: p.Journey) -> p.Journey:
    journey = await agent.create_journey(
        title="Book a room",
        description="Finds a room and books it.",
        conditions=["The guest wants to book a room"],
        id=p.JourneyId("book-room"),
    )
    hello = await journey.initial_state.transition_to(chat_state=GREETING)
    who = await hello.target.transition_to(journey=identify)
    when = await who.target.transition_to(
        chat_state="Ask for the dates and the number of guests",
        condition="The guest is known",
    )
    stranger = await who.target.transition_to(
        chat_state="Say that a colleague will call back",
        condition="The guest is not known",
    )
    await stranger.target.transition_to(state=p.END_JOURNEY)
    rooms = await when.target.transition_to(tool_state=free_rooms, id=p.JourneyStateId("rooms"))
    offer = await rooms.target.transition_to(chat_state="Offer the rooms, the quiet ones first")
    booked = await offer.target.transition_to(tool_state=book_room, condition="The guest takes a room")
    await offer.target.transition_to(state=when.target, condition="The guest wants other dates")
    await booked.target.transition_to(chat_state=f"Thank the guest for choosing {HOTEL}")
    return journey


async def complain(agent: p.Agent) -> p.Journey:
    journey = await agent.create_journey(
        title="Take a complaint",
        description="Listens, writes it down, promises nothing.",
        conditions=["The guest is unhappy with the stay"],
        composition_mode=p.CompositionMode.STRICT,
    )
    listen = await journey.initial_state.transition_to(
        chat_state="Ask what went wrong, and let the guest finish",
        canned_responses=[
            await journey.create_canned_response(template="I am sorry to hear that. What happened?"),
            await journey.create_canned_response(template="Please tell me everything."),
        ],
    )
    await listen.target.transition_to(chat_state="Say that the manager answers within a day")
    await journey.create_canned_response(template="The manager answers within a day.")
    return journey


async def main() -> None:
    async with p.Server() as server:
        desk = await server.create_agent(name="Desk", description="The front desk.")
        care = await server.create_agent(name="Care", description="Guest care.")

        identify = await identify_guest(desk)
        await book(desk, identify)
        await complain(care)


if __name__ == "__main__":
    asyncio.run(main())
