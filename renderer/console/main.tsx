/** Entry of the console. */
import '../../shared/jitless.ts';
import { drawPage } from '../kit/page.tsx';
import { App } from './app.tsx';
import './mantine.css';

drawPage(<App />);
