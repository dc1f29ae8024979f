"""A class holds the agent and its journeys."""

import asyncio
from enum import Enum

import parlant.sdk as p


class Urgency(str, Enum):
    LOW = "low"
    HIGH = "high"


@p.tool
async def free_hours(context: p.ToolContext, urgency: Urgency, doctors: list[str]) -> p.ToolResult:
    """Free hours of the doctors, urgent ones first."""
    return p.ToolResult({"hours": ["Mon 9:00"], "urgency": urgency.value, "doctors": doctors})


class Clinic:
    def __init__(self, server: p.Server) -> None:
        self.server = server

    async def build(self) -> None:
        self.agent = await self.server.create_agent(name="Ada", description="Answers the phone of a clinic.")
        await self._appointment()

    async def _appointment(self) -> None:
        journey = await self.agent.create_journey(
            title="Make an appointment",
            description="Asks for the complaint, offers hours, makes the appointment.",
            conditions=["The patient wants to see a doctor"],
        )
        complaint = await journey.initial_state.transition_to(chat_state="Ask what the complaint is, and since when")
        emergency = await complaint.target.transition_to(
            chat_state="Tell the patient to call the emergency number now",
            condition="It sounds like an emergency",
        )
        await emergency.target.transition_to(state=p.END_JOURNEY)
        hours = await complaint.target.transition_to(
            tool_state=free_hours,
            condition="It does not sound like an emergency",
        )
        offer = await hours.target.transition_to(chat_state="Offer up to three hours")
        again = await offer.target.transition_to(
            chat_state="Ask which days suit the patient",
            condition="None of the hours suits the patient",
        )
        await again.target.transition_to(state=hours.target)
        await offer.target.transition_to(
            chat_state="Repeat the hour and what to bring",
            condition="The patient takes one of the hours",
        )


async def main() -> None:
    async with p.Server() as server:
        await Clinic(server).build()


if __name__ == "__main__":
    asyncio.run(main())
