"""An insurer's claim: twenty states, two forks, ways back."""

import asyncio

import parlant.sdk as p


@p.tool
async def find_policy(context: p.ToolContext, policy_number: str) -> p.ToolResult:
    """Finds a policy by its number."""
    return p.ToolResult({"active": policy_number.startswith("P")})


@p.tool
async def estimate(context: p.ToolContext, damage: str, value: float) -> p.ToolResult:
    """Estimates what is paid for a damage."""
    return p.ToolResult({"paid": value * 0.8, "damage": damage})


@p.tool
async def open_claim(context: p.ToolContext, policy_number: str, amount: float) -> p.ToolResult:
    """Opens a claim."""
    return p.ToolResult({"claim": "C-1", "policy": policy_number, "amount": amount})


@p.tool(consequential=True)
async def call_expert(context: p.ToolContext) -> p.ToolResult:
    """Sends an expert."""
    return p.ToolResult("An expert has been sent")


async def create_claim_journey(agent: p.Agent) -> p.Journey:
    journey = await agent.create_journey(
        title="Report a damage",
        description="Takes a claim from the first word to the claim number, or to an expert.",
        conditions=["The customer reports a damage", "The customer asks how to make a claim"],
    )

    safe = await journey.initial_state.transition_to(chat_state="Ask whether everybody is safe")
    help_first = await safe.target.transition_to(
        chat_state="Tell them to call for help first, and stay on the line",
        condition="Somebody is hurt",
    )
    number = await safe.target.transition_to(
        chat_state="Ask for the policy number",
        condition="Nobody is hurt",
    )
    await help_first.target.transition_to(state=number.target)
    policy = await number.target.transition_to(tool_state=find_policy)
    known = await policy.target.fork()
    unknown = await known.target.transition_to(
        chat_state="Say that the policy was not found, and ask for the name and address",
        condition="There is no such policy",
    )
    ended = await known.target.transition_to(
        chat_state="Explain that the policy has ended, without blame",
        condition="The policy is not active",
    )
    kind = await known.target.transition_to(
        chat_state="Ask what was damaged, and how",
        condition="The policy is active",
    )
    await unknown.target.transition_to(state=number.target, condition="They find the number after all")
    colleague = await unknown.target.transition_to(
        chat_state="Say that a colleague will look for the policy and call back",
        condition="They do not have the number",
    )
    await colleague.target.transition_to(state=p.END_JOURNEY)
    await ended.target.transition_to(state=p.END_JOURNEY)

    water = await kind.target.transition_to(
        chat_state="Ask whether the water is shut off", condition="It was water"
    )
    fire = await kind.target.transition_to(
        chat_state="Ask for the report of the fire brigade", condition="It was fire"
    )
    theft = await kind.target.transition_to(
        chat_state="Ask for the number of the police report", condition="It was theft"
    )
    other = await kind.target.transition_to(
        chat_state="Ask for photos of the damage", condition="It was something else"
    )
    worth = await water.target.transition_to(chat_state="Ask what the damaged things were worth")
    await fire.target.transition_to(state=worth.target)
    await theft.target.transition_to(state=worth.target)
    await other.target.transition_to(state=worth.target)

    estimated = await worth.target.transition_to(tool_state=estimate)
    size = await estimated.target.fork()
    small = await size.target.transition_to(
        chat_state="Say what will be paid, and ask whether they accept",
        condition="The estimate is below 2000",
    )
    large = await size.target.transition_to(
        tool_state=call_expert,
        tool_instruction="Send an expert for the damage that was described",
        condition="The estimate is 2000 or more",
    )
    opened = await small.target.transition_to(tool_state=open_claim, condition="They accept")
    await small.target.transition_to(
        state=large.target,
        condition="They do not accept",
    )
    expert = await large.target.transition_to(chat_state="Say that an expert calls within two days")
    done = await opened.target.transition_to(chat_state="Give the claim number, and say what happens next")
    await done.target.transition_to(state=p.END_JOURNEY)
    await expert.target.transition_to(state=p.END_JOURNEY)

    for condition, action in (
        ("The customer asks how long it takes", "Say that small claims take three days"),
        ("The customer is upset", "Be calm, short and kind"),
    ):
        await journey.create_guideline(condition=condition, action=action)
    return journey


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(name="Clara", description="Takes claims for an insurer.")
        await create_claim_journey(agent)


if __name__ == "__main__":
    asyncio.run(main())
