"""Flowise agentflows (v2): the JSON that the canvas exports.

Sources: FlowiseAI/Flowise `packages/ui` (export and canvas), `packages/server/src/utils/buildAgentflow.ts`,
`packages/components/nodes`; marketplace files of the tags 3.0.0 to 3.1.3. Chatflows and sequential agents, which come
from the same product and are another kind of graph, are in `flowise_chatflow`.
"""

from __future__ import annotations

from functools import partial

from fjctl.formats.canvas import reader, writer
from fjctl.formats.flowise_agentflow import AGENTFLOW

decode = partial(reader.decode, AGENTFLOW)
encode = partial(writer.encode, AGENTFLOW)
list_key = AGENTFLOW.list_key
own_part = AGENTFLOW.own_part
node_id = AGENTFLOW.node_id
