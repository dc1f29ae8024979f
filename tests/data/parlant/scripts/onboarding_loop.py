"""Steps from a list, one variable that is assigned again and again."""

import asyncio
import parlant.sdk as p

STEPS = [
    "Ask for the employee's first day",
    "Ask which laptop they want",
    "Explain where the forms are",
    "Offer a tour of the office",
]


async def main():
    async with p.Server() as server:
        agent = await server.create_agent(name="Buddy", description="Helps new colleagues in their first week")
        journey = await agent.create_journey(
            title="First week",
            description="Everything that a new colleague needs",
            conditions=["A new colleague has started", "Somebody asks about their first week"],
        )

        state = journey.initial_state
        for step in STEPS:
            transition = await state.transition_to(chat_state=step)
            state = transition.target

        for question, answer in [
            ("parking", "Say that parking is free behind the building"),
            ("lunch", "Say that lunch is at noon on the second floor"),
        ]:
            await journey.create_guideline(condition=f"They ask about {question}", action=answer)

        t = await state.transition_to(chat_state="Ask whether anything is open")
        t = await t.target.transition_to(chat_state="Wish them a good start")
        await t.target.transition_to(state=p.END_JOURNEY)

asyncio.run(main())
