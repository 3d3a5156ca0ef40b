package com.example.parking;

final class CarPark {
    private final int places;
    private int taken;

    CarPark(int places) {
        this.places = places;
    }

    synchronized void enter() {
        taken = Math.min(places, taken + 1);
    }

    synchronized void leave() {
        taken = Math.max(0, taken - 1);
    }

    synchronized int free() {
        return places - taken;
    }
}
