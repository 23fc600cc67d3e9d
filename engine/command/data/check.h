/* What data check found, for programs. */
#ifndef AX_COMMAND_DATA_CHECK_H
#define AX_COMMAND_DATA_CHECK_H

#include "engine/train/survey.h"

/* Prints all of it as one JSON object, a line. */
void ax_data_check_json(const ax_survey *s);

#endif
