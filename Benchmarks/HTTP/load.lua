-- Requests for wrk: one route per run, real sentences as queries, each connection starting elsewhere.
local route = os.getenv("ARCANEA_ROUTE") or "search"
local queries = {}
local bodies = {}
if route == "query" then
    for line in io.lines(os.getenv("ARCANEA_QUERY_BODIES")) do bodies[#bodies + 1] = line end
end
for line in io.lines(os.getenv("ARCANEA_QUERIES")) do
    queries[#queries + 1] = line:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%c", " ")
end
local position = 0
local headers = { ["Content-Type"] = "application/json" }

local function nextQuery()
    position = position % #queries + 1
    return queries[position]
end

function init(arguments)
    math.randomseed(#queries)
    position = math.random(#queries)
end

function request()
    if route == "empty" then return wrk.format("GET", "/healthz") end
    if route == "similar" then return wrk.format("GET", "/essences/dragon-n09494388/similar?topK=10") end
    if route == "lineage" then return wrk.format("GET", "/essences/dragon-n09494388/lineage?direction=ancestors") end
    if route == "feed" then return wrk.format("POST", "/feed/rank", headers, '{"k":20}') end
    if route == "query" then
        position = position % #bodies + 1
        return wrk.format("POST", "/_index/words/query", headers, bodies[position])
    end
    if route == "recall" then
        return wrk.format("POST", "/nexus/bestiary/recall", headers, '{"text":"' .. nextQuery() .. '","k":10}')
    end
    return wrk.format("POST", "/essences/search", headers, '{"text":"' .. nextQuery() .. '","topK":10}')
end
