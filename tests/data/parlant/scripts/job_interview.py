"""A module of builders that another file imports: nobody calls them here."""

import parlant.sdk as p


QUESTIONS: dict[str, str] = {
    "motive": "Ask why they want the job",
    "skills": "Ask which of the tools they have worked with",
    "pay": "Ask what they expect to be paid",
}


async def create_interview_journey(server: p.Server, agent: p.Agent) -> p.Journey:
    observation = await agent.create_observation(condition="The applicant has sent a letter")
    journey = await agent.create_journey(
        title="First interview",
        description="Three questions, then the date of the second interview.",
        conditions=[observation, "The applicant wants to talk about a job"],
    )

    transitions = {}
    state = journey.initial_state
    for key, question in QUESTIONS.items():
        transitions[key] = await state.transition_to(
            chat_state=question,
            metadata={"topic": key},
        )
        state = transitions[key].target

    second = await transitions["pay"].target.transition_to(
        chat_state="Offer two dates for the second interview",
        condition="The pay is in range",
    )
    no = await transitions["pay"].target.transition_to(
        chat_state="Say kindly that this is more than the job pays",
        condition="The pay is out of range",
    )
    await second.target.transition_to(state=p.END_JOURNEY)
    await no.target.transition_to(state=p.END_JOURNEY)
    return journey
