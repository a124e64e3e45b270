-- Decide which process gets the next permit. It is fleet.py, line by line; what it means is told there.
local GRACE, GLANCE, MEMBER, RETURN, LOST = 50, 5, 30000, 1250, 250
local SINGLE, BULK = 1, 2

local function kept(entries, keep)
  local left = {}
  for name, entry in pairs(entries) do
    local new = keep(entry)
    if new ~= nil then left[name] = new end
  end
  return left
end

local function size(entries)
  local count = 0
  for _ in pairs(entries) do count = count + 1 end
  return count
end

local function forget(state, now, report)
  for _, name in ipairs({'permits', 'served', 'wants', 'members'}) do state[name] = state[name] or {} end
  for _, name in ipairs({'closed', 'quiet', 'known'}) do state[name] = state[name] or 0 end
  state.told = state.told or {}
  local furthest = now + report.margin + report.window
  state.permits = kept(state.permits, function(permit)
    if permit[1] > now then return {math.min(permit[1], furthest), permit[2]} end
  end)
  state.wants = kept(state.wants, function(want)
    if now < want[3] and want[3] <= furthest + GRACE then return want end
  end)
  state.members = kept(state.members, function(till)
    if now < till and till <= now + MEMBER then return till end
  end)
  state.served = kept(state.served, function(at)
    if now - MEMBER < at and at <= now then return at end
  end)
  if state.told[1] and state.told[2] <= now then state.told = {} end
end

local function take_in(state, now, report)
  local process = report.process
  for name, left in pairs(report.counts) do
    if left > 0 then
      state.permits[name] = {now + left, left > report.window and 1 or 0}
    else
      state.permits[name] = nil
    end
  end
  local is_new = state.since == nil
  if is_new then state.since = now end
  local lost = is_new and report.known > 1
  if report.away or lost then
    state.quiet = math.max(state.quiet, now + RETURN + report.window)
    state.known = math.max(state.known, report.known)
  end
  if now >= state.quiet then state.known = 0 end
  state.members[process] = now + MEMBER
  if lost and not report.away then
    state.told = {0, now + report.window + LOST}
  elseif report.told[1] and report.told[1] < report.requests - size(state.permits) then
    state.told = {report.told[1], now + report.told[2]}
  end
  if report.closed > 0 then state.closed = math.max(state.closed, now + report.closed) end
  state.wants[process] = {#report.single, #report.bulk, now + GRACE}
end

local function decide(state, now, report)
  forget(state, now, report)
  take_in(state, now, report)
  local process, requests, window = report.process, report.requests, report.window
  local want = state.wants[process]
  local granted = {}
  local members = math.max(size(state.members), state.known)
  local share = nil
  if now < state.quiet then share = math.max(1, math.floor(requests / members)) end

  local function not_yet(names, kind)
    local left = {}
    for _, name in ipairs(names) do
      if state.permits[name] then
        table.insert(granted, name)
        want[kind] = want[kind] - 1
      else
        table.insert(left, name)
      end
    end
    return left
  end
  local waiting = {not_yet(report.single, SINGLE), not_yet(report.bulk, BULK)}

  local function own(name)
    local permits, prefix = {}, name .. ':'
    for ticket, permit in pairs(state.permits) do
      if string.sub(ticket, 1, #prefix) == prefix then permits[ticket] = permit end
    end
    return permits
  end

  local function has_its_share(name) return share ~= nil and size(own(name)) >= share end

  local function place(ends, number)
    local first = math.max(#ends - requests, 0)
    local cycles = math.floor((number - 1) / requests)
    local position = (number - 1) % requests
    local free = now
    local index = position - math.max(requests - #ends, 0)
    if index >= 0 then free = ends[first + index + 1] end
    local told = 0
    if state.told[1] and state.told[1] < number then told = state.told[2] end
    return math.max(free + cycles * window, told, state.closed, now)
  end

  local function spaced(kind, ends)
    local first = place(ends, 1)
    if kind == BULK and requests > 1 then first = math.max(first, place(ends, 2) - window / requests) end
    return first
  end

  local function next_at(kind)
    local ends = {}
    for _, permit in pairs(state.permits) do table.insert(ends, permit[1]) end
    table.sort(ends)
    return spaced(kind, ends)
  end

  local function wanted()
    for kind = SINGLE, BULK do
      for name, other in pairs(state.wants) do
        if other[kind] > 0 and not has_its_share(name) then return kind end
      end
    end
  end

  local function ahead_of(kind)
    local at, me, count = now + 1, '', 0
    if want[kind] > 0 then at, me = state.served[process] or 0, process end
    for name, other in pairs(state.wants) do
      if other[kind] > 0 and name ~= process and not has_its_share(name) then
        local served = state.served[name] or 0
        if served < at or (served == at and name < me) then count = count + 1 end
      end
    end
    return count
  end

  local function give()
    local kind = wanted()
    while kind and next_at(kind) <= now do
      if ahead_of(kind) > 0 or has_its_share(process) then return true end
      local name = table.remove(waiting[kind], 1)
      state.permits[name] = {now + report.margin + window, 1}
      state.served[process] = now
      want[kind] = want[kind] - 1
      if state.told[1] then state.told[1] = state.told[1] - 1 end
      table.insert(granted, name)
      kind = wanted()
    end
    return false
  end

  local function soonest(permits)
    local soon, ends = now + window, {}
    for _, permit in pairs(permits) do
      table.insert(ends, permit[2] == 1 and math.min(permit[1], soon) or permit[1])
    end
    table.sort(ends)
    return ends
  end

  local function wait(others)
    if want[SINGLE] + want[BULK] == 0 then return -1 end
    local ends = soonest(state.permits)
    local kind = want[SINGLE] > 0 and SINGLE or BULK
    local ahead = ahead_of(kind)
    if kind == BULK then
      for _, other in pairs(state.wants) do ahead = ahead + other[SINGLE] end
    end
    local at = ahead == 0 and spaced(kind, ends) or place(ends, ahead + 1)
    if has_its_share(process) then
      at = math.max(at, math.min(soonest(own(process))[1], state.quiet))
    elseif others then
      at = now + GLANCE
    end
    return math.max(at - now, 1)
  end

  local pause = wait(give())
  if pause < 0 then state.wants[process] = nil else want[3] = now + pause + GRACE end
  return {granted = granted, wait = pause, members = members, closed = math.max(state.closed - now, 0)}
end
