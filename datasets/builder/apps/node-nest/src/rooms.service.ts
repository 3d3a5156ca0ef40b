import { Injectable } from "@nestjs/common";

interface Booking {
  room: string;
  hour: number;
}

@Injectable()
export class RoomsService {
  private readonly bookings: Booking[] = [{ room: "Linden", hour: 9 }];

  all(): Booking[] {
    return this.bookings;
  }

  book(room: string, hour: number): Booking | undefined {
    if (this.bookings.some((one) => one.room === room && one.hour === hour)) return undefined;
    const booking = { room, hour };
    this.bookings.push(booking);
    return booking;
  }
}
