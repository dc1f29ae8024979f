"""The components that a new Langflow flow is made of: where each lives, what it gives, and its fields.

Facts of lfx 1.13.0 (`_assets/component_index.json`), one line a field: name, kind of input, label, default as JSON
(may be empty), and words for what else holds (`advanced`, `required`, `list`). Kinds of input are in `INPUTS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY = ["Message", "Data", "JSON", "DataFrame", "Table"]

_SHOWN: Mapping[str, Any] = {
    "advanced": False,
    "dynamic": False,
    "info": "",
    "placeholder": "",
    "required": False,
    "show": True,
    "title_case": False,
    "trace_as_metadata": True,
    "value": "",
}
_TEXT: Mapping[str, Any] = {"input_types": ["Message"], "load_from_db": False, "list": False, "trace_as_input": True}
INPUTS: Mapping[str, Mapping[str, Any]] = {
    "MessageTextInput": {**_SHOWN, **_TEXT, "type": "str"},
    "MultilineInput": {**_SHOWN, **_TEXT, "type": "str", "multiline": True},
    "MessageInput": {**_SHOWN, **_TEXT, "type": "str"},
    "StrInput": {**_SHOWN, "type": "str", "load_from_db": False, "list": False},
    "SecretStrInput": {**_SHOWN, "type": "str", "input_types": [], "load_from_db": True, "password": True},
    "DropdownInput": {**_SHOWN, "type": "str", "options": [], "combobox": False},
    "BoolInput": {**_SHOWN, "type": "bool", "list": False},
    "IntInput": {**_SHOWN, "type": "int", "list": False},
    "SliderInput": {
        **_SHOWN,
        "type": "slider",
        "range_spec": {"max": 1.0, "min": 0.0, "step": 0.01, "step_type": "float"},
    },
    "TableInput": {
        **_SHOWN,
        "type": "table",
        "input_types": ["DataFrame", "Table"],
        "is_list": True,
        "table_schema": [],
    },
    "JSONInput": {**_SHOWN, "type": "other", "input_types": ["Data", "JSON"], "list": False},
    "DictInput": {**_SHOWN, "type": "dict", "list": True},
    "HandleInput": {**_SHOWN, "type": "other", "input_types": list(ANY), "list": False},
    "ToolsInput": {**_SHOWN, "type": "other", "input_types": ["Tool"], "list": True},
    "ModelInput": {**_SHOWN, "type": "model", "input_types": ["LanguageModel"], "model_type": "language"},
    "PromptInput": {**_SHOWN, "type": "prompt", "list": False, "load_from_db": False},
    "TabInput": {**_SHOWN, "type": "tab", "options": []},
    "McpInput": {**_SHOWN, "type": "mcp"},
    "ActionPickerInput": {**_SHOWN, "type": "actionPicker", "combobox": True, "list": True, "options": []},
    "DurationInput": {**_SHOWN, "type": "duration", "options": ["Minutes", "Hours", "Days"]},
}

OPTIONS: Mapping[tuple[str, str], list[str]] = {
    ("ConditionalRouter", "operator"): [
        "equals",
        "not equals",
        "contains",
        "starts with",
        "ends with",
        "regex",
        "less than",
        "less than or equal",
        "greater than",
        "greater than or equal",
    ],
    ("ConditionalRouter", "default_route"): ["true_result", "false_result"],
    ("ChatInput", "sender"): ["Machine", "User"],
    ("ChatOutput", "sender"): ["Machine", "User"],
    ("APIRequest", "method"): ["GET", "POST", "PATCH", "PUT", "DELETE"],
    ("APIRequest", "mode"): ["URL", "cURL"],
}
COLUMNS: Mapping[tuple[str, str], list[dict[str, str]]] = {
    ("APIRequest", name): [
        {"name": "key", "display_name": "Key", "type": "str"},
        {"name": "value", "display_name": "Value", "type": "str"},
    ]
    for name in ("headers", "body")
} | {
    ("SmartRouter", "routes"): [
        {"name": "route_category", "display_name": "Route Name", "type": "str"},
        {"name": "route_description", "display_name": "Route Description", "type": "str"},
        {"name": "output_value", "display_name": "Route Message (Optional)", "type": "str"},
    ]
}


class Definition(NamedTuple):
    """One component: `place` is module and class in lfx; `outputs` and `fields` are lines."""

    place: str
    label: str
    about: str
    icon: str
    outputs: str
    fields: str = ""


_MODEL = """
model | ModelInput | Language Model | | required
api_key | SecretStrInput | API Key | | advanced
"""
_CHAT = """
should_store_message | BoolInput | Store Messages | true | advanced
session_id | MessageTextInput | Session ID | | advanced
context_id | MessageTextInput | Context ID | | advanced
"""

DEFINITIONS: Mapping[str, Definition] = {
    "ChatInput": Definition(
        "lfx.components.input_output:ChatInput",
        "Chat Input",
        "Get chat inputs from the Playground.",
        "MessagesSquare",
        "message | Chat Message | message_response | Message",
        """
input_value | MultilineInput | Input Text
sender | DropdownInput | Sender Type | "User" | advanced
sender_name | MessageTextInput | Sender Name | "User" | advanced
"""
        + _CHAT,
    ),
    "ChatOutput": Definition(
        "lfx.components.input_output:ChatOutput",
        "Chat Output",
        "Display a chat message in the Playground.",
        "MessagesSquare",
        "message | Output Message | message_response | Message",
        """
input_value | HandleInput | Inputs | | required
sender | DropdownInput | Sender Type | "Machine" | advanced
sender_name | MessageTextInput | Sender Name | "AI" | advanced
data_template | MessageTextInput | Data Template | "{text}" | advanced
clean_data | BoolInput | Basic Clean Data | true | advanced
"""
        + _CHAT,
    ),
    "TextInput": Definition(
        "lfx.components.input_output:TextInputComponent",
        "Text Input",
        "Get user text inputs.",
        "type",
        "text | Output Text | text_response | Message",
        "input_value | MultilineInput | Text",
    ),
    "TextOutput": Definition(
        "lfx.components.input_output:TextOutputComponent",
        "Text Output",
        "Sends text output via API.",
        "type",
        "text | Output Text | text_response | Message",
        "input_value | MultilineInput | Inputs",
    ),
    "Webhook": Definition(
        "lfx.components.input_output:WebhookComponent",
        "Webhook",
        "Receives external data to start the flow.",
        "webhook",
        "output_data | JSON | build_data | Data, JSON",
        "data | MultilineInput | Payload | | advanced",
    ),
    "Prompt Template": Definition(
        "lfx.components.models_and_agents:PromptComponent",
        "Prompt Template",
        "Create a prompt template with dynamic variables.",
        "prompts",
        "prompt | Prompt | build_prompt | Message",
        """
template | PromptInput | Template
use_double_brackets | BoolInput | Use Double Brackets | false | advanced
tool_placeholder | MessageTextInput | Tool Placeholder | | advanced
""",
    ),
    "LanguageModelComponent": Definition(
        "lfx.components.models_and_agents:LanguageModelComponent",
        "Language Model",
        "Runs a language model given a specified provider.",
        "brain-circuit",
        """
text_output | Model Response | text_response | Message
model_output | Language Model | build_model | LanguageModel
""",
        _MODEL
        + """
input_value | MessageInput | Input
system_message | MultilineInput | System Message
stream | BoolInput | Stream | false | advanced
max_tokens | IntInput | Max Tokens | 0 | advanced
""",
    ),
    "Agent": Definition(
        "lfx.components.models_and_agents:AgentComponent",
        "Agent",
        "Define the agent's instructions, then enter a task to complete using tools.",
        "bot",
        """
response | Response | message_response | Message
structured_response | Structured Response | json_response | Data, JSON
""",
        _MODEL
        + """
system_prompt | MultilineInput | Agent Instructions
input_value | MessageInput | Input
tools | ToolsInput | Tools
n_messages | IntInput | Number of Chat History Messages | 100 | advanced
max_tokens | IntInput | Max Tokens | 0 | advanced
max_iterations | IntInput | Max Iterations | 15 | advanced
handle_parsing_errors | BoolInput | Handle Parse Errors | true | advanced
add_current_date_tool | BoolInput | Current Date | true | advanced
add_calculator_tool | BoolInput | Calculator | true | advanced
""",
    ),
    "ConditionalRouter": Definition(
        "lfx.components.flow_controls:ConditionalRouterComponent",
        "If-Else",
        "Routes an input message to a corresponding output based on text comparison.",
        "split",
        """
true_result | True | true_response | Message
false_result | False | false_response | Message
""",
        """
input_text | MessageTextInput | Text Input | | required
operator | DropdownInput | Operator | "equals"
match_text | MessageTextInput | Match Text | | required
case_sensitive | BoolInput | Case Sensitive | true | advanced
true_case_message | MessageInput | Case True | | advanced
false_case_message | MessageInput | Case False | | advanced
max_iterations | IntInput | Max Iterations | 10 | advanced
default_route | DropdownInput | Default Route | "false_result" | advanced
""",
    ),
    "SmartRouter": Definition(
        "lfx.components.llm_operations:SmartRouterComponent",
        "Smart Router",
        "Routes an input message using LLM-based categorization.",
        "route",
        "",
        _MODEL
        + """
input_text | MessageTextInput | Input | | required
routes | TableInput | Routes | [] | required
message | MessageInput | Override Output | | advanced
enable_else_output | BoolInput | Include Else Output | false | advanced
custom_prompt | MultilineInput | Additional Instructions | | advanced
""",
    ),
    "HumanInput": Definition(
        "lfx.components.flow_controls:HumanInput",
        "Human Input",
        "Pause the flow for a human-in-the-loop (HITL) decision and route on the chosen action.",
        "HumanInput",
        "",
        """
prompt | MultilineInput | Input
decisions | ActionPickerInput | User Choices | ["Approve", "Reject"] | required
timeout | DurationInput | Timeout | {"unit": "Days", "value": 3} | advanced
enable_fallback | BoolInput | Enable Fallback | false | advanced
""",
    ),
    "LoopComponent": Definition(
        "lfx.components.flow_controls:LoopComponent",
        "Loop",
        "Iterates through Data or Message objects, processing items individually and aggregating results.",
        "infinity",
        """
item | Item | item_output | Data, JSON
done | Done | done_output | DataFrame, Table
""",
        "data | HandleInput | Inputs",
    ),
    "RunFlow": Definition(
        "lfx.components.flow_controls.run_flow:RunFlowComponent",
        "Run Flow",
        "Executes another flow from within the same project. Can also be used as a tool for agents.",
        "Workflow",
        "flow_outputs | Flow Outputs | generate_results | Data, JSON",
        """
flow_name_selected | DropdownInput | Flow Name
session_id | MessageTextInput | Session ID | | advanced
""",
    ),
    "APIRequest": Definition(
        "lfx.components.data_source:APIRequestComponent",
        "API Request",
        "Make HTTP requests using URL or cURL commands.",
        "Globe",
        "data | API Response | make_api_request | Data, JSON",
        """
mode | TabInput | Mode | "URL"
url_input | MessageTextInput | URL
method | DropdownInput | Method | "GET"
query_params | JSONInput | Query Parameters | | advanced
body | TableInput | Body | [] | advanced
headers | TableInput | Headers | [] | advanced
timeout | IntInput | Timeout | 30 | advanced
follow_redirects | BoolInput | Follow Redirects | true | advanced
""",
    ),
    "PythonREPLComponent": Definition(
        "lfx.components.utilities:PythonREPLComponent",
        "Python Interpreter",
        "Run Python code with optional imports. Use print() to see the output.",
        "square-terminal",
        "results | Results | run_python_repl | Data, JSON",
        """
global_imports | StrInput | Global Imports | "math" | required
python_code | MultilineInput | Python Code | | required
""",
    ),
    "MCPTools": Definition(
        "lfx.components.models_and_agents:MCPToolsComponent",
        "MCP Tools",
        "Connect to an MCP server to use its tools.",
        "Mcp",
        "response | Response | build_output | DataFrame, Table",
        """
mcp_server | McpInput | MCP Server
tool | DropdownInput | Tool | | required
""",
    ),
    "CalculatorComponent": Definition(
        "lfx.components.utilities:CalculatorComponent",
        "Calculator",
        "Perform basic arithmetic operations on a given expression.",
        "calculator",
        "result | Data | evaluate_expression | Data, JSON",
        "expression | MessageTextInput | Expression",
    ),
    "CombineText": Definition(
        "lfx.components.processing:CombineTextComponent",
        "Combine Text",
        "Concatenate two text sources into a single text chunk using a specified delimiter.",
        "merge",
        "combined_text | Combined Text | combine_texts | Message",
        """
text1 | MessageTextInput | First Text
text2 | MessageTextInput | Second Text
delimiter | MessageTextInput | Delimiter
""",
    ),
    "Directory": Definition(
        "lfx.components.files_and_knowledge:DirectoryComponent",
        "Directory",
        "Recursively load files from a directory.",
        "folder",
        "dataframe | Loaded Files | as_dataframe | DataFrame, Table",
    ),
    "File": Definition(
        "lfx.components.files_and_knowledge:FileComponent",
        "Read File",
        "Loads and returns the content from uploaded files.",
        "file-text",
        """
message | Raw Content | load_files_message | Message
dataframe | Structured Content | load_files | DataFrame, Table
""",
    ),
    "Memory": Definition(
        "lfx.components.models_and_agents:MemoryComponent",
        "Message History",
        "Stores or retrieves stored chat messages from Langflow tables or an external memory.",
        "message-square-more",
        """
messages_text | Message | retrieve_messages_as_text | Message
dataframe | Table | retrieve_messages_dataframe | DataFrame, Table
""",
    ),
    "ParserComponent": Definition(
        "lfx.components.processing:ParserComponent",
        "Parser",
        "Extracts text using a template.",
        "braces",
        "parsed_text | Parsed Text | parse_combined_text | Message",
        """
input_data | HandleInput | Data or DataFrame | | required
mode | TabInput | Mode | "Parser"
pattern | MultilineInput | Template
sep | MessageTextInput | Separator | | advanced
""",
    ),
    "SQLComponent": Definition(
        "lfx.components.data_source.sql_executor:SQLComponent",
        "SQL Database",
        "Executes SQL queries on SQLAlchemy-compatible databases.",
        "database",
        "run_sql_query | Result Table | run_sql_query | DataFrame, Table",
    ),
    "SplitText": Definition(
        "lfx.components.processing:SplitTextComponent",
        "Split Text",
        "Split text into chunks based on specified criteria.",
        "scissors-line-dashed",
        "dataframe | Chunks | split_text | DataFrame, Table",
    ),
    "StructuredOutput": Definition(
        "lfx.components.llm_operations.structured_output:StructuredOutputComponent",
        "Structured Output",
        "Uses an LLM to generate structured data. Ideal for extraction and consistency.",
        "braces",
        """
structured_output | Structured Output | build_structured_output | Data, JSON
dataframe_output | DataFrame | build_structured_dataframe | DataFrame, Table
""",
        _MODEL
        + """
input_value | MultilineInput | Input Message | | required
system_prompt | MultilineInput | Format Instructions | | advanced
schema_name | MessageTextInput | Schema Name | | advanced
output_schema | TableInput | Output Schema | [] | required
""",
    ),
    "URLComponent": Definition(
        "lfx.components.data_source:URLComponent",
        "URL",
        "Fetch content from one or more web pages, following links recursively.",
        "layout-template",
        """
page_results | Extracted Pages | fetch_content | DataFrame, Table
raw_results | Raw Content | fetch_content_as_message | Message
""",
    ),
    "UnifiedWebSearch": Definition(
        "lfx.components.data_source.web_search:WebSearchComponent",
        "Web Search",
        "Search the web, news, or RSS feeds.",
        "search",
        "results | Results | perform_search | DataFrame, Table",
    ),
}
