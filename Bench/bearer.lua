-- GET with one access token after another. arguments: file of tokens, how many of them to pass over at first, and lines
-- of further header fields
tokens, next_one, asked, fields = {}, 0, 0, {}

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  next_one = tonumber(args[2]) % #tokens
  for index = 3, #args do
    local name, value = args[index]:match("^([^:]+): (.*)$")
    fields[name] = value
  end
end

function request()
  asked = asked + 1
  next_one = next_one % #tokens + 1
  fields["Authorization"] = "Bearer " .. tokens[next_one]
  return wrk.format("GET", wrk.path, fields)
end

local thread
function setup(each) thread = each end

function done() print("asked " .. thread:get("asked")) end
