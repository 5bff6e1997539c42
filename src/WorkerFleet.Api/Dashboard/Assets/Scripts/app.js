// The dashboard's script: pages work without it as far as they only show; it keeps them live, and sends forms.
import { startAnswers } from './answers.js';
import { startCharts } from './charts.js';
import { startCopy } from './copy.js';
import { startEvery } from './every.js';
import { startForms } from './forms.js';
import { localTimes } from './format.js';
import { startLive } from './live.js';
import { startRefresh } from './refresh.js';
import { startSubmission } from './submission.js';
import { startSummary } from './summary.js';
import { startTheme } from './theme.js';

startTheme();
localTimes(document);
startForms();
startSubmission();
startRefresh();
startCharts();
startSummary();
startLive();
startAnswers();
startCopy();
startEvery();
