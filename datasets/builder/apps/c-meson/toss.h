#pragma once

const char *toss(void);
