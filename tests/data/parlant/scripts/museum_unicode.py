"""Führungen im Museum – Umlaute, Emojis 🎨 und lange Texte."""

import asyncio
from textwrap import dedent

import parlant.sdk as p

BESCHREIBUNG = dedent(
    """\
    Bucht eine Führung.
    Höchstens zwölf Gäste.
    """
)


@p.tool
async def führungen_suchen(context: p.ToolContext, tag: str, größe: int = 2) -> p.ToolResult:
    """Sucht freie Führungen – für „größe“ Gäste."""
    return p.ToolResult({"frei": ["10:00", "14:00"], "tag": tag, "größe": größe})


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(name="Käthe", description="Empfang des Museums 🎨")
        führung = await agent.create_journey(
            title="Führung buchen",
            description=BESCHREIBUNG,
            conditions=["Der Gast möchte eine Führung"],
        )
        tag = await führung.initial_state.transition_to(chat_state="Frag nach Tag und Größe der Gruppe – „für wen?“")
        suche = await tag.target.transition_to(tool_state=führungen_suchen); wahl = await suche.target.transition_to(chat_state="Biete die freien Zeiten an")
        await wahl.target.transition_to(chat_state="Bestätige die Führung 🎟️", condition="Der Gast wählt eine Zeit")
        await wahl.target.transition_to(state=tag.target, condition="Keine Zeit passt")


asyncio.run(main())
