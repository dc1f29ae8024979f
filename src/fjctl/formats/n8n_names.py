"""The names of n8n's own nodes: a service that is called so has a node in n8n.

Source: the packages n8n-nodes-base and @n8n/n8n-nodes-langchain, version 2.41 (facts only: the names).
"""

from __future__ import annotations

_NODES = """
Brandfetch actionNetwork activeCampaign activeCampaignTrigger acuitySchedulingTrigger adalo affinity affinityTrigger
agent agentTool aggregate agileCrm aiTransform airtable airtableTrigger airtop alibabaCloud amqp amqpTrigger
anthropic apiTemplateIo asana asanaTrigger autopilot autopilotTrigger awsCertificateManager awsCognito awsComprehend
awsDynamoDb awsElb awsIam awsLambda awsRekognition awsS3 awsSes awsSns awsSnsTrigger awsSqs awsTextract
awsTranscribe azureCosmosDb azureStorage bambooHr bannerbear baserow beeminder bitbucketTrigger bitly bitwarden box
boxTrigger bubble calTrigger calendlyTrigger chainLlm chainRetrievalQa chainSummarization chargebee chargebeeTrigger
chat chatHubVectorStorePGVector chatHubVectorStorePinecone chatHubVectorStoreQdrant chatTrigger circleCi ciscoWebex
ciscoWebexTrigger citrixAdc clearbit clickUp clickUpTrigger clockify clockifyTrigger cloudflare cockpit coda code
coinGecko compareDatasets compression confluence contentful convertKit convertKitTrigger convertToFile copper
copperTrigger cortex crateDb cron crypto currents currentsTrigger customerIo customerIoTrigger dataTable databricks
databricksTrigger dateTime debugHelper deepL demio dhl discord discourse disqus documentBinaryInputLoader
documentDefaultDataLoader documentGithubLoader documentJsonInputLoader drift dropbox dropcontact
dynamicCredentialCheck e2eTest e2eTestPollingTrigger editImage egoi elasticSecurity elasticsearch emailReadImap
emailSend embeddingsAwsBedrock embeddingsAzureOpenAi embeddingsCohere embeddingsDatabricks embeddingsGoogleGemini
embeddingsGoogleVertex embeddingsHuggingFaceInference embeddingsLemonade embeddingsMistralCloud embeddingsNvidia
embeddingsOllama embeddingsOpenAi embeddingsOracleDb emelia emeliaTrigger erpNext errorTrigger evaluation
evaluationTrigger eventbriteTrigger executeCommand executeWorkflow executeWorkflowTrigger executionData
extractFromFile facebookGraphApi facebookLeadAdsTrigger facebookTrigger figmaTrigger filemaker filter flow
flowTrigger form formIoTrigger formTrigger formstackTrigger freshdesk freshservice freshworksCrm ftp function
functionItem gSuiteAdmin getResponse getResponseTrigger ghost git github githubTrigger gitlab gitlabTrigger gmail
gmailTrigger goToWebinar gong googleAds googleAnalytics googleBigQuery googleBooks googleBusinessProfile
googleBusinessProfileTrigger googleCalendar googleCalendarTrigger googleChat googleCloudNaturalLanguage
googleCloudStorage googleContacts googleDocs googleDrive googleDriveTrigger googleFirebaseCloudFirestore
googleFirebaseRealtimeDatabase googleGemini googlePerspective googleSheets googleSheetsTrigger googleSlides
googleTasks googleTranslate gotify grafana graphql grist guardrails gumroadTrigger hackerNews haloPSA harvest
helpScout helpScoutTrigger highLevel homeAssistant html htmlExtract httpRequest hubspot hubspotTrigger humanticAi
hunter iCal if informationExtractor intercom interval invoiceNinja invoiceNinjaTrigger itemLists iterable jenkins
jinaAi jira jiraTrigger jotFormTrigger jwt kafka kafkaTrigger keap keapTrigger koBoToolbox koBoToolboxTrigger ldap
lemlist lemlistTrigger limit line linear linearTrigger lingvaNex linkedIn lmChatAlibabaCloud lmChatAnthropic
lmChatAwsBedrock lmChatAzureOpenAi lmChatCohere lmChatDatabricks lmChatDeepSeek lmChatGoogleGemini
lmChatGoogleVertex lmChatGroq lmChatLemonade lmChatMinimax lmChatMistralCloud lmChatMoonshot lmChatNvidia
lmChatOllama lmChatOpenAi lmChatOpenRouter lmChatVercelAiGateway lmChatXAiGrok lmCohere lmLemonade lmOllama lmOpenAi
lmOpenHuggingFaceInference localFileTrigger loneScale loneScaleTrigger magento2 mailcheck mailchimp mailchimpTrigger
mailerLite mailerLiteTrigger mailgun mailjet mailjetTrigger mandrill manualChatTrigger manualTrigger markdown
marketstack matrix mattermost mautic mauticTrigger mcpClient mcpClientTool mcpRegistryClientTool mcpTrigger medium
memoryBufferWindow memoryChatRetriever memoryManager memoryMongoDbChat memoryMotorhead memoryPostgresChat
memoryRedisChat memoryXata memoryZep merge messageAnAgent messageBird metabase microsoftAgent365Trigger
microsoftDataverse microsoftDynamicsCrm microsoftEntra microsoftExcel microsoftExcelSharePoint
microsoftGraphSecurity microsoftOneDrive microsoftOneDriveTrigger microsoftOutlook microsoftOutlookTrigger
microsoftSharePoint microsoftSql microsoftTeams microsoftTeamsTrigger microsoftToDo mindee minimax misp mistralAi
mocean modelSelector mondayCom mongoDb monicaCrm moonshot moveBinaryData mqtt mqttTrigger msg91 mySql n8n
n8nTrainingCustomerDatastore n8nTrainingCustomerMessenger n8nTrigger nasa netlify netlifyTrigger nextCloud noOp
nocoDb notion notionTrigger npm odoo okta ollama oneSimpleApi onfleet onfleetTrigger openAi openAiAssistant
openThesaurus openWeatherMap oracleDatabase orbit oura outputParserAutofixing outputParserItemList
outputParserStructured paddle pagerDuty payPal payPalTrigger peekalink perplexity phantombuster philipsHue pipedrive
pipedriveTrigger plivo postBin postHog postgres postgresTrigger postmarkTrigger profitWell pushbullet pushcut
pushcutTrigger pushover questDb quickChart quickbase quickbooks rabbitmq rabbitmqTrigger raindrop readBinaryFile
readBinaryFiles readPDF readWriteFile reddit redis redisTrigger removeDuplicates renameKeys rerankerCohere
respondToWebhook retrieverContextualCompression retrieverMultiQuery retrieverVectorStore retrieverWorkflow
rocketchat rssFeedRead rssFeedReadTrigger rundeck s3 salesforce salesforceTrigger salesmate scheduleTrigger seaTable
seaTableTrigger securityScorecard segment sendGrid sendInBlue sendInBlueTrigger sendy sentimentAnalysis sentryIo
serviceNow set shopify shopifyTrigger signl4 simulate simulateTrigger slack slackTrigger sms77 snowflake sort
splitInBatches splitOut splunk spotify spreadsheetFile sseTrigger ssh stackby stickyNote stopAndError storyblok
strapi strava stravaTrigger stripe stripeTrigger summarize supabase surveyMonkeyTrigger switch syncroMsp taiga
taigaTrigger tapfiliate telegram telegramTrigger textClassifier textSplitterCharacterTextSplitter
textSplitterRecursiveCharacterTextSplitter textSplitterTokenSplitter theHive theHiveProject theHiveProjectTrigger
theHiveTrigger timeSaved timescaleDb todoist togglTrigger toolCalculator toolCode toolExecutor toolHttpRequest
toolSearXng toolSerpApi toolThink toolVectorStore toolWikipedia toolWolframAlpha toolWorkflow totp travisCi trello
trelloTrigger twake twilio twilioTrigger twist twitter typeformTrigger unleashedSoftware uplead uproc uptimeRobot
urlScanIo vectorStoreAzureAISearch vectorStoreChromaDB vectorStoreInMemory vectorStoreInMemoryInsert
vectorStoreInMemoryLoad vectorStoreMilvus vectorStoreMongoDBAtlas vectorStoreOracleDBVector vectorStorePGVector
vectorStorePinecone vectorStorePineconeInsert vectorStorePineconeLoad vectorStoreQdrant vectorStoreRedis
vectorStoreSupabase vectorStoreSupabaseInsert vectorStoreSupabaseLoad vectorStoreWeaviate vectorStoreZep
vectorStoreZepInsert vectorStoreZepLoad venafiTlsProtectCloud venafiTlsProtectCloudTrigger
venafiTlsProtectDatacenter vero vonage wait webflow webflowTrigger webhook wekan whatsApp whatsAppTrigger wise
wiseTrigger wooCommerce wooCommerceTrigger wordpress workableTrigger workflowTrigger writeBinaryFile wufooTrigger
xero xml youTube yourls zammad zendesk zendeskTrigger zohoCrm zoom zulip
"""
NODES = frozenset(_NODES.split())

LABELS = {
    "agent": "AI Agent",
    "agentTool": "AI Agent Tool",
    "alibabaCloud": "Qwen Cloud",
    "chainLlm": "Basic LLM Chain",
    "chainRetrievalQa": "Question and Answer Chain",
    "chainSummarization": "Summarization Chain",
    "chatHubVectorStorePGVector": "ChatHub PGVector Store",
    "chatHubVectorStorePinecone": "ChatHub Pinecone Vector Store",
    "chatHubVectorStoreQdrant": "ChatHub Qdrant Vector Store",
    "chatTrigger": "When chat message received",
    "code": "LangChain Code",
    "documentBinaryInputLoader": "Binary Input Loader",
    "documentDefaultDataLoader": "Default Data Loader",
    "documentGithubLoader": "GitHub Document Loader",
    "documentJsonInputLoader": "JSON Input Loader",
    "embeddingsAwsBedrock": "Embeddings AWS Bedrock",
    "embeddingsAzureOpenAi": "Embeddings Azure OpenAI",
    "embeddingsHuggingFaceInference": "Embeddings HuggingFace Inference",
    "embeddingsNvidia": "NVIDIA Nemotron Embeddings",
    "embeddingsOpenAi": "Embeddings OpenAI",
    "embeddingsOracleDb": "Embeddings ONNX",
    "lmChatAlibabaCloud": "Qwen Cloud Chat Model",
    "lmChatAnthropic": "Anthropic Chat Model",
    "lmChatAwsBedrock": "AWS Bedrock Chat Model",
    "lmChatAzureOpenAi": "Azure OpenAI Chat Model",
    "lmChatCohere": "Cohere Chat Model",
    "lmChatDatabricks": "Databricks Chat Model",
    "lmChatDeepSeek": "DeepSeek Chat Model",
    "lmChatGoogleGemini": "Google Gemini Chat Model",
    "lmChatGoogleVertex": "Google Vertex Chat Model",
    "lmChatGroq": "Groq Chat Model",
    "lmChatLemonade": "Lemonade Chat Model",
    "lmChatMinimax": "MiniMax Chat Model",
    "lmChatMistralCloud": "Mistral Cloud Chat Model",
    "lmChatMoonshot": "Moonshot Kimi Chat Model",
    "lmChatNvidia": "NVIDIA Nemotron Chat Model",
    "lmChatOllama": "Ollama Chat Model",
    "lmChatOpenAi": "OpenAI Chat Model",
    "lmChatOpenRouter": "OpenRouter Chat Model",
    "lmChatVercelAiGateway": "Vercel AI Gateway Chat Model",
    "lmChatXAiGrok": "xAI Grok Chat Model",
    "lmCohere": "Cohere Model",
    "lmLemonade": "Lemonade Model",
    "lmOllama": "Ollama Model",
    "lmOpenAi": "OpenAI Model",
    "lmOpenHuggingFaceInference": "Hugging Face Inference Model",
    "manualChatTrigger": "When chat message received",
    "mcpClient": "MCP Client",
    "mcpClientTool": "MCP Client",
    "mcpRegistryClientTool": "MCP Registry Client",
    "mcpTrigger": "MCP Server Trigger",
    "memoryBufferWindow": "Simple Memory",
    "memoryChatRetriever": "Chat Messages Retriever",
    "memoryManager": "Chat Memory Manager",
    "memoryMongoDbChat": "MongoDB Chat Memory",
    "memoryMotorhead": "Motorhead",
    "memoryPostgresChat": "Postgres Chat Memory",
    "memoryRedisChat": "Redis Chat Memory",
    "memoryXata": "Xata",
    "memoryZep": "Zep",
    "microsoftAgent365Trigger": "Microsoft Agent 365",
    "minimax": "MiniMax",
    "moonshot": "Moonshot Kimi",
    "openAi": "OpenAI",
    "openAiAssistant": "OpenAI Assistant",
    "outputParserAutofixing": "Auto-fixing Output Parser",
    "outputParserItemList": "Item List Output Parser",
    "outputParserStructured": "Structured Output Parser",
    "retrieverContextualCompression": "Contextual Compression Retriever",
    "retrieverMultiQuery": "MultiQuery Retriever",
    "retrieverVectorStore": "Vector Store Retriever",
    "retrieverWorkflow": "Workflow Retriever",
    "textSplitterCharacterTextSplitter": "Character Text Splitter",
    "textSplitterRecursiveCharacterTextSplitter": "Recursive Character Text Splitter",
    "textSplitterTokenSplitter": "Token Splitter",
    "toolCode": "Code Tool",
    "toolExecutor": "Tool Executor",
    "toolHttpRequest": "HTTP Request",
    "toolSearXng": "SearXNG",
    "toolSerpApi": "SerpAPI",
    "toolVectorStore": "Answer questions with a vector store",
    "toolWorkflow": "Call n8n Workflow Tool",
    "vectorStoreAzureAISearch": "Azure AI Search Vector Store",
    "vectorStoreChromaDB": "Chroma Vector Store",
    "vectorStoreInMemory": "Simple Vector Store",
    "vectorStoreInMemoryInsert": "In Memory Vector Store Insert",
    "vectorStoreInMemoryLoad": "In Memory Vector Store Load",
    "vectorStoreMilvus": "Milvus Vector Store",
    "vectorStoreMongoDBAtlas": "MongoDB Atlas Vector Store",
    "vectorStoreOracleDBVector": "Oracle Database Vector Store",
    "vectorStorePGVector": "Postgres PGVector Store",
    "vectorStorePinecone": "Pinecone Vector Store",
    "vectorStorePineconeInsert": "Pinecone: Insert",
    "vectorStorePineconeLoad": "Pinecone: Load",
    "vectorStoreQdrant": "Qdrant Vector Store",
    "vectorStoreRedis": "Redis Vector Store",
    "vectorStoreSupabase": "Supabase Vector Store",
    "vectorStoreSupabaseInsert": "Supabase: Insert",
    "vectorStoreSupabaseLoad": "Supabase: Load",
    "vectorStoreWeaviate": "Weaviate Vector Store",
    "vectorStoreZep": "Zep Vector Store",
    "vectorStoreZepInsert": "Zep: Insert",
    "vectorStoreZepLoad": "Zep: Load",
}
"""What the editor calls a new node of the AI package, where that does not follow from its type."""
