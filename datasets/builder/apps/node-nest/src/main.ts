import { NestFactory } from "@nestjs/core";
import { RoomsModule } from "./rooms.module";

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(RoomsModule);
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
}
void bootstrap();
