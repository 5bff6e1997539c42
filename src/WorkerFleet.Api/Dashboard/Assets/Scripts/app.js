// The dashboard's script: pages work without it as far as they only show; it keeps them live, and sends forms.
import { startAnswers } from './answers.js';
import { startCopy } from './copy.js';
import { startFollow } from './follow.js';
import { startForms } from './forms.js';
import { startLive } from './live.js';
import { startRefresh } from './refresh.js';
import { localTimes } from './format.js';
import { startTheme } from './theme.js';

startTheme();
localTimes(document);
startForms();
startRefresh();
startLive();
startAnswers();
startCopy();
startFollow();
