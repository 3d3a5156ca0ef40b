import { Body, ConflictException, Controller, Get, Post } from "@nestjs/common";
import { RoomsService } from "./rooms.service";

@Controller("rooms")
export class RoomsController {
  constructor(private readonly rooms: RoomsService) {}

  @Get()
  list() {
    return this.rooms.all();
  }

  @Post()
  book(@Body() wanted: { room: string; hour: number }) {
    const booked = this.rooms.book(wanted.room, wanted.hour);
    if (!booked) throw new ConflictException("taken");
    return booked;
  }
}
