import asyncio

import parlant.sdk as p
from parlant.sdk import END_JOURNEY, ToolContext, ToolResult, tool

from workshop.stock import order_part   # another module of the shop


@tool
def look_up_bike(context: ToolContext, frame_number: str) -> ToolResult:
    return ToolResult(data={"frame": frame_number, "brakes": "rim"})


async def build(server: p.Server):
    agent = await server.create_agent(name="Spoke", description="A bike workshop's front desk")
    repair = await agent.create_journey(
        title="Book a repair", description="From the fault to the appointment",
        triggers=["the customer's bike is broken"], priority=2, labels=["workshop"],
    )
    ask_fault = await repair.initial_state.transition_to(chat_state="Ask what is wrong with the bike")
    bike = await ask_fault.target.transition_to(tool_state=look_up_bike)
    choose = await bike.target.fork()
    brakes = await choose.target.transition_to(condition="the brakes are the fault", chat_state="Explain that brakes are done the same day")
    wheels = await choose.target.transition_to(condition="a wheel is the fault", tool_state=[order_part, look_up_bike], tool_instruction="order the wheel that fits")
    other = await choose.target.transition_to(condition="it is something else", chat_state="Ask for a photo, and say that a mechanic will look at it", description="Photos go to the workshop's inbox", labels=["photo"])
    when = await brakes.target.transition_to(chat_state="Offer two days")
    await wheels.target.transition_to(state=when.target)
    await other.target.transition_to(state=when.target)
    await when.target.transition_to(state=END_JOURNEY)
    return repair


async def main():
    async with p.Server(port=8800) as server:
        await build(server)

if __name__ == '__main__':
    asyncio.run(main())
