#pragma once

#include <string>

bool solved(const std::string &digits);
