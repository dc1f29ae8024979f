"""Langflow's component types as data: what each is, and which of its fields keeps which meaning.

Sources: the component index of lfx 1.13.0 (`_assets/component_index.json`), the components of langflow-base 0.0.99 to
1.13.0, and files of the years 2023 to 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.table import NodeType, Table, implied, service, slots
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL: Mapping[str, Any] = {
    "add_calculator_tool": True,
    "add_current_date_tool": True,
    "agent_description": "A helpful assistant with access to the following tools:",
    "autoset_encoding": True,
    "base_url": "https://api.anthropic.com",
    "base_url_ibm_watsonx": "https://us-south.ml.cloud.ibm.com",
    "check_response_status": False,
    "clean_data": True,
    "concurrency_multithreading": 1,
    "continue_on_failure": True,
    "data_template": "{text}",
    "default_route": "false_result",
    "delete_server_file_after_processing": True,
    "filter_text_html": True,
    "follow_redirects": True,
    "format": "Text",
    "handle_parsing_errors": True,
    "headers": [{"key": "User-Agent", "value": "langflow"}],
    "ignore_unspecified_files": False,
    "ignore_unsupported_extensions": True,
    "include_httpx_metadata": False,
    "json_mode": False,
    "markdown": False,
    "max_iterations": 15,
    "max_retries": 5,
    "max_tokens": 0,
    "md_image_placeholder": "<!-- image -->",
    "n_messages": 100,
    "ocr_engine": "easyocr",
    "order": "Ascending",
    "pipeline": "standard",
    "prevent_outside": True,
    "save_to_file": False,
    "seed": 1,
    "should_store_message": True,
    "silent_errors": False,
    "stream": False,
    "template": "{sender_name}: {text}",
    "timeout": 700,
    "tool_model_enabled": False,
    "use_async": True,
    "use_double_brackets": False,
    "use_global_variable": False,
    "use_multithreading": True,
    "verbose": True,
}
"""What components hold before anybody has set anything, where it says nothing about the conversation."""

FORMAT_INSTRUCTIONS = "You are an AI that extracts structured JSON objects from unstructured text."
"""How the agent's own instructions for structured answers begin; they are the component's, not the author's."""

PROMPTS = frozenset({"Prompt", "Prompt Template", "PromptTemplate", "ChatPromptTemplate"})
"""Components that only make a text; they become the text of what they feed."""
NO_VARIABLES = frozenset({"template", "code", "tool_placeholder", "use_double_brackets", "_type"})
"""Fields of a prompt that are none of its variables."""
PROMPT, ROLE, GIVEN, RESULT, SAY, INPUTS = "@prompt", "@role", "@input", "@result", "@say", "@inputs"
"""Settings that no field of a component can be called: what `langflow_fields` has found out about its fields."""
TEXT_INPUT = "TextInput"
CHAT_INPUT = "ChatInput"
CHAT_OUTPUT = "ChatOutput"
LOOP = "LoopComponent"
PLACEHOLDER = "CustomComponent"
"""The type of a component of ours that stands for a step of which Langflow has none; its `contract` says which."""
START = "@start"
"""The type of the start that a flow without a chat input has in our model; no node is written for it."""

ROLES: Mapping[str, str] = {
    "Tool": "tool",
    "BaseTool": "tool",
    "Toolkit": "tool",
    "BaseToolkit": "tool",
    "LanguageModel": "model",
    "BaseLanguageModel": "model",
    "BaseLLM": "model",
    "BaseChatModel": "model",
    "Embeddings": "embedding",
    "BaseChatMemory": "memory",
    "BaseMemory": "memory",
    "Memory": "memory",
    "BaseChatMessageHistory": "memory",
    "VectorStore": "store",
    "Retriever": "retriever",
    "BaseRetriever": "retriever",
    "TextSplitter": "splitter",
    "BaseOutputParser": "parser",
    "BasePromptTemplate": "prompt",
    "BaseLoader": "loader",
    "ZeroShotPrompt": "prompt",
}
"""What a component is to the one that it gives an output of this type."""

PART_PORTS: Mapping[str, str] = {
    "tool": "tools",
    "model": "model",
    "embedding": "embedding",
    "memory": "memory",
    "store": "vector_store",
    "retriever": "retriever",
    "splitter": "text_splitter",
    "parser": "output_parser",
    "prompt": "prompt",
    "loader": "loader",
    "source": "input_data",
}
"""The field by which a new part of a role is taken in."""

INSTRUCTED: Mapping[str, tuple[str, str]] = {
    "system_message": ("system_message", "input_value"),
    "system_prompt": ("system_prompt", "input_value"),
    "custom_prompt": ("custom_prompt", "input_text"),
}
"""The pairs of fields that hold what a model is told and what it is given, by the first of them."""

PASSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ConditionalRouter": {
        "true_result": ("true_case_message", "message", "input_text"),
        "false_result": ("false_case_message", "message", "input_text"),
    },
    "DataConditionalRouter": {"true_output": ("data_input",), "false_output": ("data_input",)},
    "SmartRouter": {"": ("message", "input_text")},
    "GuardrailValidator": {"pass_result": ("input_text",)},
    "GuardrailValidatorV2": {"pass_result": ("input_text",)},
}
"""What a way out of a component that chooses hands on: the first of these fields that has something. The empty name
is every way out."""

_MODEL = (
    f"prompt <- {PROMPT} : text",
    f"agent.role <- {ROLE} : text",
    f"agent.input <- {GIVEN}",
    "agent.model <- model_name : text",
    "agent.temperature <- temperature : number",
    "agent.max_tokens <- max_tokens : limit",
)
_LLM = NodeType(
    "LanguageModelComponent",
    BlockKind.AGENT,
    slots(*_MODEL),
    usual=USUAL,
    rest=("agent", "settings"),
    outputs={"text_output": "content"},
    ports=PART_PORTS,
    label="Language Model",
)
_AGENT = NodeType(
    "Agent",
    BlockKind.AGENT,
    slots(*_MODEL),
    usual=USUAL,
    rest=("agent", "settings"),
    outputs={"response": "content"},
    ports=PART_PORTS,
    label="Agent",
)


ALIASES: Mapping[str, str] = {
    "parser": "ParserComponent",
    "Parser": "ParserComponent",
    "URL": "URLComponent",
    "TavilyAISearch": "TavilySearchComponent",
    "WikipediaAPI": "WikipediaComponent",
    "WikidataAPI": "WikidataComponent",
    "DuckDuckGoSearch": "DuckDuckGoSearchComponent",
    "SearchAPI": "SearchComponent",
}
"""Types that have had several names, with the one that counts now."""


def language_model(name: str) -> NodeType:
    """The row of a model of one provider, which works as the general component does."""
    return _LLM._replace(name=name, writes=False, label="")


_CORE = (
    NodeType(START, BlockKind.START, slots(f"inputs <- {INPUTS} : map"), rest=("settings",), writes=False),
    NodeType(
        CHAT_INPUT,
        BlockKind.START,
        slots(f"inputs <- {INPUTS} : map"),
        usual={**USUAL, "sender": "User", "sender_name": "User"},
        rest=("settings",),
        outputs={"message": "input"},
        label="Chat Input",
    ),
    NodeType(
        "Webhook",
        BlockKind.TRIGGER,
        slots(f"inputs <- {INPUTS} : map"),
        implied=implied(event="webhook"),
        usual={**USUAL, "curl": "CURL_WEBHOOK", "endpoint": "BACKEND_URL"},
        rest=("settings",),
    ),
    NodeType(
        CHAT_OUTPUT,
        BlockKind.RESPONSE,
        slots(f"result <- {RESULT}"),
        usual={**USUAL, "sender": "Machine", "sender_name": "AI"},
        label="Chat Output",
    ),
    NodeType("TextOutput", BlockKind.RESPONSE, slots(f"result <- {RESULT}"), usual=USUAL, label="Text Output"),
    _AGENT,
    *(
        _AGENT._replace(name=name, writes=False, outputs={"response": "content"}, label="")
        for name in (
            "ToolCallingAgent",
            "OpenAIToolsAgent",
            "XMLAgent",
            "A2AAgent",
            "ALTK Agent",
        )
    ),
    NodeType(
        "CrewAIAgentComponent",
        BlockKind.AGENT,
        slots("prompt <- goal : text"),
        usual=USUAL,
        rest=("agent", "settings"),
        writes=False,
        ports=PART_PORTS,
    ),
    _LLM,
    NodeType(
        "StructuredOutput",
        BlockKind.AGENT,
        slots(*_MODEL),
        usual=USUAL,
        rest=("agent", "settings"),
        outputs={"dataframe_output": "dataframe", "structured_output_dataframe": "dataframe"},
        writes=False,
        ports=PART_PORTS,
    ),
    NodeType(
        "ConditionalRouter",
        BlockKind.CONDITION,
        choices="if",
        usual={**USUAL, "max_iterations": 10, "case_sensitive": True},
        label="If-Else",
    ),
    NodeType("DataConditionalRouter", BlockKind.CONDITION, choices="data if", writes=False, usual=USUAL),
    NodeType(
        "SmartRouter",
        BlockKind.ROUTER,
        slots(*_MODEL),
        choices="routes",
        usual=USUAL,
        rest=("agent", "settings"),
        label="Smart Router",
    ),
    NodeType(
        "HumanInput",
        BlockKind.HUMAN,
        slots("ask.message <- prompt : text"),
        choices="decisions",
        usual={**USUAL, "timeout": {"value": 3, "unit": "Days"}, "enable_fallback": False},
        label="Human Input",
    ),
    *(
        NodeType(name, BlockKind.ROUTER, choices="guard", rest=("agent", "settings"), writes=False, usual=USUAL)
        for name in ("GuardrailValidator", "GuardrailValidatorV2")
    ),
    NodeType(
        LOOP,
        BlockKind.LOOP,
        slots("loop.each <- data"),
        usual=USUAL,
        outputs={"item": "currentItem", "done": "results"},
        label="Loop",
    ),
    NodeType(
        "RunFlow",
        BlockKind.WORKFLOW,
        slots("journey <- flow_name_selected : text", "inputs <- inputs : map"),
        usual=USUAL,
        label="Run Flow",
    ),
    NodeType("SubFlow", BlockKind.WORKFLOW, slots("journey <- flow_name : text"), usual=USUAL, writes=False),
    NodeType("FlowTool", BlockKind.WORKFLOW, slots("journey <- flow_name : text"), usual=USUAL, writes=False),
    NodeType(
        "APIRequest",
        BlockKind.HTTP,
        slots(
            "tool.request.method <- method : text",
            "tool.request.url <- url_input : text",
            "tool.request.url <- urls",
            "tool.request.headers <- headers : pairs",
            "tool.request.body <- body : pairs",
            "tool.request.query <- query_params",
            "tool.request.timeout <- timeout : seconds",
        ),
        implied=implied(tool__kind="http"),
        usual={**USUAL, "use_curl": False, "mode": "URL"},
        rest=("tool", "settings"),
        outputs={"data": "data"},
        label="API Request",
    ),
    NodeType(
        "PythonREPLComponent",
        BlockKind.CODE,
        slots("tool.code <- python_code : text"),
        implied=implied(tool__kind="python"),
        usual={**USUAL, "global_imports": "math"},
        rest=("tool", "settings"),
        outputs={"results": "result"},
        label="Python Interpreter",
    ),
    NodeType(
        "PythonFunction",
        BlockKind.CODE,
        slots("tool.code <- function_code : text"),
        implied=implied(tool__kind="python"),
        usual=USUAL,
        rest=("tool", "settings"),
        writes=False,
    ),
    NodeType(
        "MCPTools",
        BlockKind.MCP,
        slots("* <- mcp_server : server", "tool.tool <- tool : text"),
        implied=implied(tool__kind="mcp"),
        usual=USUAL,
        rest=("tool", "arguments"),
        label="MCP Tools",
    ),
    NodeType("note", BlockKind.NOTE, slots("text <- text : text", "color <- color : text"), rest=None, label="Note"),
    NodeType(
        PLACEHOLDER,
        BlockKind.OPAQUE,
        slots("* <- contract : contract"),
        implied=implied(tool__kind="external", tool__service=PLACEHOLDER),
        rest=("tool", "arguments"),
        ports=PART_PORTS,
    ),
)

_MODELS = (
    "AIMLModel AmazonBedrockModel AnthropicModel AzureOpenAIModel BaiduQianfanChatModel CohereModel "
    "GoogleGenerativeAIModel GroqModel HuggingFaceModel IBMwatsonxModel LMStudioModel Maritalk MistralModel "
    "NVIDIAModelComponent NovitaModel OllamaModel OpenAIModel OpenRouterComponent PerplexityModel SambaNovaModel "
    "VertexAiModel xAIModel ChatLiteLLMModel DeepSeekModelComponent"
)
_SERVICES = (
    # files and data
    "File Directory URLComponent UnifiedWebSearch WebSearchNoAPI NewsSearch RSSReaderSimple SQLComponent CSVtoData "
    "JSONtoData MockDataGenerator SaveToFile FileSystemTool FileContentRetriever GitLoader s3bucketuploader VideoFile "
    # knowledge and memory
    "Knowledge KnowledgeBase KnowledgeIngestion MemoryBase Memory StoreMessage AstraDB AstraDBGraph Cassandra "
    "CassandraGraph Chroma Clickhouse Couchbase Elasticsearch FAISS HCD LocalDB Milvus MongoDBAtlasVector OpenSearch "
    "Pinecone Redis SupabaseVectorStore Upstash Vectara VectaraRAG Weaviate pgvector qdrant MultiQueryRetriever "
    "RetrieverTool SelfQueryRetriever VectorStoreInfo VectorStoreRetriever AstraDBChatMemory CassandraChatMemory "
    "RedisChatMemory ZepChatMemory mem0_chat_memory OpenAIEmbeddings EmbeddingModel AmazonBedrockEmbeddings "
    "AzureOpenAIEmbeddings CohereEmbeddings HuggingFaceInferenceAPIEmbeddings MistalAIEmbeddings OllamaEmbeddings "
    "VertexAIEmbeddings EmbeddingSimilarityComponent TextEmbedderComponent CohereRerank "
    # text and data
    "AlterMetadata CombineText CreateData CreateList DataFrameKeywordSearch DataFrameOperations DataOperations "
    "DataToDataFrame DynamicCreateData ExtractaKey FilterData FilterDataValues JSONCleaner MergeDataComponent "
    "MessagetoData Operations OutputParser ParseData ParseDataFrame ParseJSONData "
    "RegexExtractorComponent SelectData SplitText TextOperations TypeConverterComponent UpdateData "
    "CharacterTextSplitter RecursiveCharacterTextSplitter LanguageRecursiveTextSplitter NaturalLanguageTextSplitter "
    "SemanticTextSplitter Unstructured DoclingInline DoclingRemote ExportDoclingDocument Message CurrentDate "
    "IDGenerator ExtractKeyFromData DocumentsToData JSONDocumentBuilder SelectivePassThrough Pass Notify Listen "
    # models at work
    "BatchRunComponent LLMSelectorComponent LLMCheckerChain LLMMathChain RetrievalQA SQLAgent "
    "SQLGenerator SQLDatabase CSVAgent JsonAgent OpenAPIAgent VectorStoreRouterAgent RunnableExecutor AMapComponent "
    "AgenerateComponent AreduceComponent HierarchicalCrewComponent HierarchicalTaskComponent SequentialCrewComponent "
    "SequentialTaskAgentComponent SequentialTaskComponent FileDescriptionGeneratorComponent "
    # services
    "CalculatorComponent CalculatorTool PythonREPLTool PythonCodeStructuredTool GoogleSearchAPI GoogleSerperAPI "
    "SearXNGTool SearchComponent SerpAPI Serp WikidataComponent WikipediaComponent "
    "WolframAlphaAPI YahooFinanceTool YFinanceTool YfinanceComponent TavilySearchComponent AgentQL ArXivComponent "
    "BingSearchAPI DuckDuckGoSearchComponent ExaSearch FirecrawlCrawlApi FirecrawlExtractApi "
    "FirecrawlMapApi FirecrawlScrapeApi YouTubeCommentsComponent YouTubeTranscripts YouTubeSearchComponent GleanAPI "
    "GmailAPI ApifyActors ComposioAPI NotDiamond ScrapeGraphSearchApi ScrapeGraphSmartScraperApi MCPSse MCPStdio "
    "ScheduleTrigger InboundWebhookTrigger"
)
_SPACED = ("Smart Transform", "Smart Function", "LangChain Hub Prompt", "Graph RAG", "Combinatorial Reasoner")
_CHAINS = (
    "LLMChain ConversationChain SeriesCharacterChain MidJourneyPromptChain TimeTravelGuideChain ZeroShotAgent "
    "AgentInitializer initialize_agent VectorStoreAgent"
)
_2023 = (
    "ChatOpenAI OpenAI ChatAnthropic LlamaCpp ConversationBufferMemory "
    "ConversationSummaryMemory ConversationKGMemory ZeroShotPrompt PythonFunctionTool Tool Search WebBrowser "
    "PDFMinerLoader PyPDFLoader WebBaseLoader TextLoader CSVLoader JsonSpec JsonToolkit RequestsWrapper Document "
    "ChatMessagePromptTemplate SystemMessagePromptTemplate HumanMessagePromptTemplate PAL-MATH News API Calculator"
)


def _with_usual(row: NodeType) -> NodeType:
    return row._replace(usual=USUAL, ports=PART_PORTS, writes=False)


TYPES = Table(
    [
        *_CORE,
        *map(language_model, _MODELS.split()),
        *(
            NodeType(
                name,
                BlockKind.AGENT,
                slots("prompt <- prompt : text"),
                usual=USUAL,
                rest=("agent", "settings"),
                writes=False,
                ports=PART_PORTS,
            )
            for name in _CHAINS.split()
        ),
        *(_with_usual(service(name)) for name in (*_SERVICES.split(), *_SPACED, *_2023.split())),
        _with_usual(service("ParserComponent"))._replace(usual={**USUAL, "mode": "Parser"}),
        *(_with_usual(service(name)) for name in sorted(PROMPTS)),
        *(_with_usual(service(name)) for name in (TEXT_INPUT,)),
        *(
            _with_usual(service(name, called=now))._replace(
                usual={**USUAL, "mode": "Parser"} if "arser" in now else USUAL
            )
            for name, now in ALIASES.items()
        ),
    ]
)
CUSTOM = _with_usual(service(PLACEHOLDER))
"""A component that somebody wrote for one flow."""
SAYS = NodeType(
    CHAT_OUTPUT,
    BlockKind.REPLY,
    slots(f"say <- {SAY} : text"),
    usual=TYPES.rows[CHAT_OUTPUT].usual,
    label="Chat Output",
)
"""A chat output that shows a text of its own, or after which the flow goes on."""
