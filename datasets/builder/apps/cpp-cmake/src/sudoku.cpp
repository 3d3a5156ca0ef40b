#include "sudoku.hpp"

bool solved(const std::string &digits) {
    if (digits.size() < 81) {
        return false;
    }
    for (int group = 0; group < 9; ++group) {
        unsigned row = 0, column = 0, block = 0;
        for (int at = 0; at < 9; ++at) {
            row |= 1u << (digits[group * 9 + at] - '0');
            column |= 1u << (digits[at * 9 + group] - '0');
            block |= 1u << (digits[(group / 3 * 3 + at / 3) * 9 + group % 3 * 3 + at % 3] - '0');
        }
        if (row != 0x3fe || column != 0x3fe || block != 0x3fe) {
            return false;
        }
    }
    return true;
}
