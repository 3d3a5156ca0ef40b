# The rides of a day.
class Rides
  def initialize
    @offers = { "Kim" => 3 }
  end

  def offer(driver, seats)
    @offers[driver] = seats
  end

  def free_seats
    @offers.values.sum
  end
end
