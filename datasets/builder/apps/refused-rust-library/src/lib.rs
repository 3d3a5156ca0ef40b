//! Leap years of several calendars.

/// Whether a year of the Gregorian calendar has a 29 February.
pub fn gregorian(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Whether a year of the Julian calendar has one.
pub fn julian(year: i32) -> bool {
    year % 4 == 0
}
