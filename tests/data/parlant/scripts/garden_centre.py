"""Everything in `main`, with comments in odd places."""

import asyncio

import parlant.sdk as p


@p.tool
async def water_plan(context: p.ToolContext, plant: str) -> p.ToolResult:
    # no docstring here
    table = {
        "fern": "daily",
        "cactus": "monthly",
    }
    return p.ToolResult(table.get(plant, "weekly"))


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(
            name="Flora",  # the owner's grandmother
            description="Knows plants.",
        )
        await agent.create_variable(name="garden size", description="In square metres, where the customer told it")
        await agent.create_canned_response(template="Hello, what grows at your place?")

        advice = await agent.create_journey(
            title="Advice on a plant",
            description="Names the plant, then says what it needs.",
            conditions=[
                "The customer asks about a plant",  # by name or not
            ],
        )

        # --- which plant ---
        plant = await advice.initial_state.transition_to(
            # ask openly, people know more than they think
            chat_state="Ask which plant it is, or what it looks like",
        )
        named = await plant.target.transition_to(
            chat_state=(
                "Repeat the name of the plant, "
                "and ask where it stands"
            ),
            condition="The plant is known",  # by its name
        )
        photo = await plant.target.transition_to(
            condition="The plant is not known",
            chat_state="Ask for a photo",
        )
        await photo.target.transition_to(state=named.target)

        # --- what it needs ---
        plan = await named.target.transition_to(tool_state=water_plan)
        await plan.target.transition_to(chat_state="Say how often to water it")

        await advice.create_guideline(
            condition="The customer asks about pests",
            action="Recommend soap and water first",
            tools=[water_plan],
        )


if __name__ == "__main__":
    asyncio.run(main())
