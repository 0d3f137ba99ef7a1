-- wrk's script: sends the template with a new number, and its own signature, in every request.
-- The whole request lies in one buffer; only the digits and the signature change, so that this side stays cheap.
-- Arguments after `--`: the template's file, the file of signatures (64 hex digits each, or "-"), the first number,
-- how many numbers there are, how many of them were used before.
local ffi = require("ffi")

local buffer, length, numbers, signature_text, signatures, first, count, used, signature
local digits = ffi.new("char[9]")

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function find_all(text, wanted)
  local found, from = {}, 1
  while true do
    local at = text:find(wanted, from, true)
    if not at then return found end
    found[#found + 1] = at - 1
    from = at + #wanted
  end
end

function init(args)
  local raw = read(args[1])
  length = #raw
  buffer = ffi.new("char[?]", length)
  ffi.copy(buffer, raw, length)
  numbers = find_all(raw, string.rep("#", 9))
  signature = find_all(raw, string.rep("~", 64))[1]
  signature_text = signature and read(args[2]) -- kept: the pointer below does not hold it
  signatures = signature and ffi.cast("const char *", signature_text)
  first, count, used = tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
end

function request()
  local index = used % count
  local rest = first + index
  used = used + 1
  for i = 8, 0, -1 do
    digits[i] = 48 + rest % 10
    rest = math.floor(rest / 10)
  end
  for i = 1, #numbers do ffi.copy(buffer + numbers[i], digits, 9) end
  if signature then ffi.copy(buffer + signature, signatures + 64 * index, 64) end
  return ffi.string(buffer, length)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
