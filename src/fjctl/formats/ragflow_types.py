"""RAGFlow's components as data: what each is, and where its form keeps each meaning.

Sources: infiniflow/ragflow `agent/component/*.py`, `agent/tools/*.py`, `web/src/pages/agent/constant` (what a new node
begins with), and the templates of `agent/templates` from 2024 to 2026.
"""

from __future__ import annotations

from typing import Any

from fjctl.formats.canvas.table import NodeType, Table, implied, service, slots
from fjctl.model.workflow import BlockKind

SUB_AGENT = "Agent as tool"
"""What an agent is called here that hangs below another one as its tool; the files call it `Agent`, too."""

LLM_DEFAULTS: dict[str, Any] = {
    "temperature": 0.1,
    "top_p": 0.3,
    "frequency_penalty": 0.7,
    "presence_penalty": 0.4,
    "max_tokens": 256,
}
"""The values of a model that nobody set; each counts only where its switch says so."""
LLM_SWITCHES = {
    "temperature": "temperatureEnabled",
    "top_p": "topPEnabled",
    "frequency_penalty": "frequencyPenaltyEnabled",
    "presence_penalty": "presencePenaltyEnabled",
    "max_tokens": "maxTokensEnabled",
}
WITH_MODEL = frozenset(
    {"Agent", SUB_AGENT, "LLM", "Categorize", "Generate", "RewriteQuestion", "Relevant", "KeywordExtract", "Extractor"}
)
"""Components that have the settings of a model."""

_TEXT = {"type": "string", "value": ""}
_LIST = {"type": "Array<Object>", "value": []}
_FOUND = {"outputs": {"formalized_content": _TEXT, "json": _LIST}}
_REPORT = {"outputs": {"report": _TEXT}}
_MODEL = (
    "agent.model <- llm_id : text",
    "agent.temperature <- temperature",
    "agent.max_tokens <- max_tokens",
    "agent.top_p <- top_p",
    "agent.frequency_penalty <- frequency_penalty",
    "agent.presence_penalty <- presence_penalty",
)
_AGENT_USUAL = {
    "cite": True,
    "message_history_window_size": 12,
    "max_rounds": 1,
    "outputs": {"content": _TEXT},
    "description": "",
    "user_prompt": "",
    "visual_files_var": "",
}
_DESCRIPTION = "talk.description <- description : text"


def _agent(name: str, **more: Any) -> NodeType:
    row = NodeType(
        name,
        BlockKind.AGENT,
        slots(
            "* <- messages : messages",
            *_MODEL,
            "agent.output <- outputs.structured : map",
            "tools <- tools : tools",
            "retry.tries <- max_retries : number",
            "retry.wait <- delay_after_error : seconds",
            "talk.messages.error <- exception_default_value : text",
            _DESCRIPTION,
        ),
        usual=_AGENT_USUAL,
        rest=("agent", "settings"),
        label="Agent",
    )
    return row._replace(**more)


def _service(name: str, usual: dict[str, Any] | None = None, kind: BlockKind = BlockKind.INTEGRATION) -> NodeType:
    return service(name, kind)._replace(usual=usual or {}, writes=False, label=name)


def _searches() -> list[NodeType]:
    """Searches and services, each with what the editor begins it with."""
    ask = {"query": "sys.query"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("DuckDuckGo", {**ask, "top_n": 10, "channel": "text", **_FOUND}),
        ("SearXNG", {**ask, "top_n": "10", **_FOUND}),
        ("Wikipedia", {**ask, "top_n": 10, "language": "en", "outputs": {"formalized_content": _TEXT}}),
        ("PubMed", {**ask, "top_n": 12, "outputs": {"formalized_content": _TEXT}}),
        ("ArXiv", {**ask, "top_n": 12, "sort_by": "relevance", "outputs": {"formalized_content": _TEXT}}),
        ("Google", {"q": "sys.query", "start": 0, "num": 12, "country": "us", "language": "en", **_FOUND}),
        ("GoogleScholar", {**ask, "top_n": 12, "sort_by": "relevance", "patents": True, **_FOUND}),
        ("GitHub", {**ask, "top_n": 5, **_FOUND}),
        ("Bing", {"top_n": 10, "channel": "Webpages", "country": "CH", "language": "en"}),
        (
            "TavilySearch",
            {
                **ask,
                "search_depth": "basic",
                "topic": "general",
                "max_results": 5,
                "days": 7,
                "include_answer": False,
                "include_raw_content": True,
                "include_images": False,
                "include_image_descriptions": False,
                **_FOUND,
            },
        ),
        ("TavilyExtract", {"extract_depth": "basic", "format": "markdown", **_FOUND}),
        ("WenCai", {**ask, "top_n": 20, "query_type": "stock", **_REPORT}),
        ("YahooFinance", {"info": True, "news": True, **_REPORT}),
        ("ExeSQL", {"db_type": "mysql", "port": 3306, "max_records": 1024, **_FOUND}),
        ("Email", {"smtp_port": 465, "outputs": {"success": {"type": "boolean", "value": True}}}),
        ("Crawler", {"extract_type": "markdown"}),
    ]
    return [_service(name, usual) for name, usual in rows]


_OTHERS = (
    # Searches and data sources of earlier and later releases
    *("Baidu", "BaiduFanyi", "DeepL", "QWeather", "AkShare", "Jin10", "TuShare", "BGPT", "Querit", "KeenableSearch"),
    *("Browser", "Seafile"),
    # Work with language and documents
    *("RewriteQuestion", "KeywordExtract", "Concentrator", "Template", "Keyword", "ExitLoop", "OCR", "FileReader"),
    *("DocGenerator", "DocsGenerator", "PDFGenerator", "ExcelProcessor"),
    # The steps of an ingestion pipeline
    *("Parser", "Tokenizer", "Splitter", "HierarchicalMerger", "Chunker", "TokenChunker", "TitleChunker", "Extractor"),
    "Compiler",
)

TYPES = Table(
    [
        NodeType(
            "Begin",
            BlockKind.START,
            slots("inputs <- inputs : inputs", "inputs <- query : inputs", "settings.greeting <- prologue : text"),
            usual={"mode": "conversational", "enablePrologue": True},
            rest=("settings",),
            label="begin",
        ),
        NodeType("File", BlockKind.START, slots("inputs <- inputs : inputs"), rest=("settings",), writes=False),
        _agent("Agent", ports={"tool": "agentBottom"}),
        _agent("LLM", writes=False, usual={**_AGENT_USUAL, "outputs": {"content": _TEXT}}),
        _agent(
            "Generate", writes=False, usual={"cite": True, "message_history_window_size": 12}, outputs={"": "content"}
        ),
        NodeType(
            SUB_AGENT,
            None,
            slots(
                "tool.description <- description : text",
                "tool.arguments.order <- user_prompt : text",
                "tool.settings.messages <- messages : turns",
                "tool.settings.model <- llm_id : text",
                "tool.settings.tools <- tools : tools",
            ),
            implied=implied(tool__kind="external", tool__service=SUB_AGENT),
            usual={**_AGENT_USUAL, "max_retries": 3, "delay_after_error": 1},
            rest=("tool", "settings"),
            role="tool",
            label="Agent",
        ),
        NodeType(
            "Message",
            BlockKind.REPLY,
            slots("* <- content : contents"),
            label="Message",
        ),
        NodeType(
            "UserFillUp",
            BlockKind.HUMAN,
            slots("ask.message <- tips : text", "ask.fields <- inputs : fields"),
            usual={"enable_tips": True},
            label="Await Response",
        ),
        NodeType("Answer", BlockKind.HUMAN, implied={("ask",): {}}, writes=False, outputs={"": "content"}),
        NodeType("WaitingDialogue", BlockKind.HUMAN, implied={("ask",): {}}, writes=False),
        NodeType(
            "Categorize",
            BlockKind.ROUTER,
            slots(*_MODEL, "agent.input <- query"),
            usual={"message_history_window_size": 1, "outputs": {"category_name": {"type": "string"}}},
            rest=("agent", "settings"),
            choices="categories",
            label="Categorize",
        ),
        NodeType(
            "Relevant", BlockKind.ROUTER, slots(*_MODEL), rest=("agent", "settings"), choices="yes or no", writes=False
        ),
        NodeType("Switch", BlockKind.CONDITION, choices="cases", label="Switch"),
        NodeType(
            "Iteration",
            BlockKind.LOOP,
            slots("loop.each <- items_ref"),
            rest=("extras",),
            label="Iteration",
        ),
        NodeType("Loop", BlockKind.LOOP, slots("loop <- loop : loop"), writes=False, label="Loop"),
        NodeType("IterationItem", None, role="body", label="IterationItem"),
        NodeType("LoopItem", None, role="body", label="LoopItem"),
        service("Retrieval", BlockKind.KNOWLEDGE)._replace(
            usual={
                "query": "{sys.query}",
                "top_n": 8,
                "top_k": 1024,
                "similarity_threshold": 0.2,
                "keywords_similarity_weight": 0.7,
                "use_kg": False,
                "toc_enhance": False,
                "retrieval_from": "dataset",
                "outputs": {"formalized_content": _TEXT, "json": _LIST},
            },
            outputs={"formalized_content": "content"},
            label="Retrieval",
        ),
        NodeType(
            "CodeExec",
            BlockKind.CODE,
            slots(
                "tool.kind <- lang : language",
                "tool.code <- script : text",
                "tool.arguments <- arguments : arguments",
            ),
            implied=implied(tool__kind="python"),
            usual={"lang": "python"},
            rest=("tool", "settings"),
            label="Code",
        ),
        NodeType(
            "Invoke",
            BlockKind.HTTP,
            slots(
                "tool.request.method <- method : text",
                "tool.request.url <- url : text",
                "tool.request.query <- query : variables",
                "tool.request.body <- body : variables",
                "tool.request.headers <- headers : json",
                "tool.request.timeout <- timeout : milliseconds",
            ),
            implied=implied(tool__kind="http"),
            usual={"method": "GET", "timeout": 60, "clean_html": False, "outputs": {"result": _TEXT}},
            rest=("tool", "settings"),
            outputs={"result": "data"},
            label="HTTP Request",
        ),
        NodeType(
            "VariableAssigner",
            BlockKind.ASSIGN,
            slots("tool.assign <- variables : assignments"),
            implied=implied(tool__kind="assign"),
            rest=("tool", "settings"),
            label="Variable Assigner",
        ),
        NodeType("Note", BlockKind.NOTE, slots("text <- text : text"), label="Note"),
        *_searches(),
        _service("VariableAggregator"),
        _service("StringTransform", {"method": "merge", "outputs": {"result": {"type": "string"}}}, BlockKind.CODE),
        _service("DataOperations", {"outputs": {"result": {"type": "Array<Object>"}}}, BlockKind.CODE),
        _service("ListOperations", kind=BlockKind.CODE),
        *map(_service, _OTHERS),
    ]
)
ALIASES = {
    "Code": "CodeExec",
    "IterationStart": "IterationItem",
    "LoopStart": "LoopItem",
    "TextChunker": "TokenChunker",
}
"""Other names that files have for a component."""

DRAWN_ONLY = frozenset({"Tool", "Placeholder"})
"""Nodes that only the editor has: a picture of an agent's tools, and the place of a node that is to come."""

NODE_TYPES = {
    "Begin": "beginNode",
    "File": "fileNode",
    "Agent": "agentNode",
    "Message": "messageNode",
    "Categorize": "categorizeNode",
    "Switch": "switchNode",
    "Retrieval": "retrievalNode",
    "RewriteQuestion": "rewriteNode",
    "Iteration": "group",
    "IterationItem": "iterationStartNode",
    "Loop": "loopNode",
    "LoopItem": "loopStartNode",
    "ExitLoop": "exitLoopNode",
    "Note": "noteNode",
    "Tool": "toolNode",
    "Parser": "parserNode",
    "Tokenizer": "tokenizerNode",
    "Splitter": "splitterNode",
    "Extractor": "contextNode",
    "DataOperations": "dataOperationsNode",
    "ListOperations": "listOperationsNode",
    "VariableAssigner": "variableAssignerNode",
    "VariableAggregator": "variableAggregatorNode",
}
"""How the editor draws a component; all others are a `ragNode`."""
