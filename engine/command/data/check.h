/* Prints the result of data check as JSON. */
#ifndef AX_COMMAND_DATA_CHECK_H
#define AX_COMMAND_DATA_CHECK_H

#include "engine/train/survey.h"

/* Prints everything as one JSON object on a line. */
void ax_data_check_json(const ax_survey *s);

#endif
