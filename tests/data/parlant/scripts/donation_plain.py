from parlant import sdk as p
import asyncio


async def create_donation_journey(agent):
	# tabs, and no types: that is how some people write
	j = await agent.create_journey(title='Donate', description='Takes a donation', conditions=['The visitor wants to give something'])
	s1 = await j.initial_state.transition_to(chat_state='Ask whether it is money or things')
	s2 = await s1.target.transition_to(chat_state='Explain how to "give" by bank', condition='money')
	s3 = await s1.target.transition_to(chat_state='Say where the things can be brought, it\'s open daily', condition='things')
	await s2.target.transition_to(state=p.END_JOURNEY)
	await s3.target.transition_to(state=p.END_JOURNEY)
	return j


async def main():
	async with p.Server() as server:
		agent = await server.create_agent(name='Giver', description='Helps people give')
		await create_donation_journey(agent)

asyncio.run(main())
