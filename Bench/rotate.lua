-- Refresh with rotation: a token is used by one request, and the next of its family is what the answer brings.
-- arguments: file of refresh tokens (what is left of them is written back), Authorization, rest of the form,
-- file that the access tokens are added to or "-"
queue, head, tail, access = {}, 1, 0, {}

function init(args)
  path, keep = args[1], args[4] ~= "-" and args[4]
  for line in io.lines(path) do
    tail = tail + 1
    queue[tail] = line
  end
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = args[2] }
  prefix = args[3] .. "&grant_type=refresh_token&refresh_token="
end

function request()
  -- An error, which the run is then given up for.
  if head > tail then return wrk.format("GET", "/no-refresh-token-is-left") end
  local token = queue[head]
  queue[head] = nil
  head = head + 1
  return wrk.format("POST", wrk.path, headers, prefix .. token)
end

function response(status, headers, body)
  local token = body:match('"refresh_token"%s*:%s*"([^"]+)"')
  if not token then return end
  tail = tail + 1
  queue[tail] = token
  if keep then access[#access + 1] = body:match('"access_token"%s*:%s*"([^"]+)"') end
end

local thread
function setup(each) thread = each end

local function write(path, mode, lines, first, last)
  local file = io.open(path, mode)
  for index = first, last do file:write(lines[index], "\n") end
  file:close()
end

function done()
  write(thread:get("path"), "w", thread:get("queue"), thread:get("head"), thread:get("tail"))
  local keep, access = thread:get("keep"), thread:get("access")
  if keep then write(keep, "a", access, 1, #access) end
end
