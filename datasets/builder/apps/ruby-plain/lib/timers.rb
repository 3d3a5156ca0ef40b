# Timers by their names.
class Timers
  def initialize
    @ends = {}
  end

  def start(name, minutes)
    @ends[name] = Process.clock_gettime(Process::CLOCK_MONOTONIC) + (minutes * 60)
  end

  def running
    now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    @ends.count { |_name, ends| ends > now }
  end
end
