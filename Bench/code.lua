-- The code flow of browsers that are signed in and have consented: an authorization request, then its code redeemed.
-- arguments: path of the token endpoint, its form without the code, file of cookies, file of clients (path of the
-- authorization request, whose state is the number of the line; a tab; Authorization), file that tokens are added to or
-- "-", number of flows to stop after or 0, which of the tokens (refresh_token)
cookies, clients, codes, head, tail, asked, flows, kept = {}, {}, {}, 1, 0, 0, 0, {}

function init(args)
  endpoint, form, keep, enough = args[1], args[2], args[5] ~= "-" and args[5], tonumber(args[6])
  pattern = '"' .. (args[7] or "refresh_token") .. '"%s*:%s*"([^"]+)"'
  for line in io.lines(args[3]) do cookies[#cookies + 1] = line end
  for line in io.lines(args[4]) do
    local path, authorization = line:match("^(.-)\t(.*)$")
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = authorization }
    clients[#clients + 1] = { path = path, headers = headers }
  end
end

function request()
  if head > tail then
    -- All sessions with one client, then all with the next.
    local cookie = cookies[asked % #cookies + 1]
    local client = clients[math.floor(asked / #cookies) % #clients + 1]
    asked = asked + 1
    return wrk.format("GET", client.path, { ["Cookie"] = cookie })
  end
  local code = codes[head]
  codes[head] = nil
  head = head + 1
  return wrk.format("POST", endpoint, clients[code.client].headers, form .. "&code=" .. code.text)
end

function response(status, headers, body)
  local location = headers["Location"] or headers["location"]
  local code = location and location:match("[?&]code=([^&]+)")
  if code then
    tail = tail + 1
    codes[tail] = { text = code, client = tonumber(location:match("[?&]state=(%d+)")) }
  elseif body:find('"access_token"', 1, true) then
    flows = flows + 1
    if keep then kept[#kept + 1] = body:match(pattern) end
    if flows == enough then wrk.thread:stop() end
  end
end

local thread
function setup(each) thread = each end

function done()
  print("counted " .. thread:get("flows"))
  local keep, tokens = thread:get("keep"), thread:get("kept")
  if not keep then return end
  local file = io.open(keep, "a")
  for _, each in ipairs(tokens) do file:write(each, "\n") end
  file:close()
end
