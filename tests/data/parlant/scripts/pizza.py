# The smallest thing that is still a conversation: three states in a row.
import asyncio
import parlant.sdk as p


async def main():
    async with p.Server() as server:
        agent = await server.create_agent(
            name="Gino",
            description="Takes orders for a small pizzeria.",
        )

        journey = await agent.create_journey(
            title="Order a pizza",
            conditions=["The customer wants to order a pizza"],
            description="Takes one order, from the topping to the address.",
        )

        t0 = await journey.initial_state.transition_to(chat_state="Ask which pizza they want")
        t1 = await t0.target.transition_to(chat_state="Ask for the size")  # small, medium, large
        t2 = await t1.target.transition_to(chat_state="Ask for the address and repeat the order")

        await t2.target.transition_to(state=p.END_JOURNEY)


asyncio.run(main())
